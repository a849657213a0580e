// A story: a test with a house of its own, its people, and an account of what went wrong.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, picture, profile, Watch } from './browser.mjs';
import { DeskPage } from './desk.mjs';
import { HandsetPage, tollFree } from './handset.mjs';
import { House } from './program.mjs';

let browser;
after(() => browser?.close());

export { tollFree };

class Story {
  watch = new Watch();
  contexts = [];

  constructor(t, house, language) {
    this.t = t;
    this.house = house;
    this.language = language;
  }

  // The profile of a person's browser.
  async profile(options) {
    const language = options?.language ?? this.language;
    const context = await profile(browser, this.watch, language, options);
    this.contexts.push(context);
    return context;
  }

  // A desk page in a profile, or in a new one; it is not loaded yet.
  async desk(context, options) {
    const page = await (context ?? (await this.profile(options))).newPage();
    return new DeskPage(page, this.house.desk, options?.language ?? this.language);
  }

  // Someone at the desk who came in by a one-time link.
  async person(link, options) {
    const desk = await this.desk(undefined, options);
    await desk.enter(link);
    return desk;
  }

  // A customer's handset, with the thread of the toll-free number open.
  async handset(number, options) {
    const page = await (await this.profile(options)).newPage();
    const handset = new HandsetPage(page, this.house.pages, this.language);
    await handset.load(number, tollFree);
    return handset;
  }

  // A part of the story with a name of its own. When it fails the story ends.
  async step(name, tell) {
    let failure;
    await this.t.test(name, async () => {
      try {
        await tell();
      } catch (error) {
        failure = error;
        throw error;
      }
    });
    if (failure) throw failure;
  }

  async pictures(name) {
    let at = 0;
    for (const context of this.contexts)
      for (const page of context.pages()) await picture(page, `failed-${name}-${++at}`);
  }
}

// Runs a story. It fails also when a page complained, whatever the story itself looked at.
export function story(name, language, tell) {
  test(`${name} (${language})`, { timeout: 120_000 }, async (t) => {
    browser ??= await launch();
    const it = new Story(t, await House.make(), language);
    try {
      await tell(it);
      assert.deepEqual(it.watch.problems, [], 'complaints of the pages');
    } catch (error) {
      await it.pictures(`${name}-${language}`.replaceAll(/\W+/g, '-')).catch(() => {});
      t.diagnostic(`complaints of the pages: ${it.watch.problems.join('\n') || 'none'}`);
      t.diagnostic(`log: ${it.house.log().join('\n') || 'empty'}`);
      throw error;
    } finally {
      for (const context of it.contexts) await context.close();
      await it.house.close();
    }
  });
}
