// Whether a page fits its window.
import assert from 'node:assert/strict';

// Nothing that is to be seen reaches out of the window to the side.
export async function fits(page) {
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .filter((element) => element.checkVisibility({ opacityProperty: true }))
      .map((element) =>
        `${element.tagName} ${element.className} ${element.textContent}`.slice(0, 120),
      );
  });
  assert.deepEqual(wide, []);
}
