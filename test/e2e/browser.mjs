// Chromium, the people who sit before it, and what must never happen in their pages.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const artifacts = fileURLToPath(new URL('../artifacts/', import.meta.url));

// How long anything may take to appear, in milliseconds. Generous, as the machine may be busy; nothing waits for it to pass.
export const patience = 20_000;

const locales = { en: 'en-US', fr: 'fr-FR' };

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // A microphone that beeps, given without asking, and sound without a click.
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      // A machine may have no other address than the loopback one.
      '--allow-loopback-in-peer-connection',
    ],
  });
}

// Watches the pages of a browser profile: errors of scripts, refusals by the content security policy, requests that
// failed without a test expecting it, and messages that stand in a transcript twice, be it for a moment.
export class Watch {
  problems = [];
  // True while a server is away on purpose: then requests get no answer.
  away = false;
  // Refusals that belong to the story. Asking who is signed in is answered with 401 when nobody is.
  expected = [{ status: 401, path: /^\/api\/me$/ }];

  expect(status, path) {
    this.expected.push({ status, path });
  }

  follow(context) {
    context.on('weberror', (error) => this.problems.push(`script: ${error.error().stack}`));
    context.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      const { url } = message.location();
      if (this.isExpected(message.text(), url)) return;
      this.problems.push(`console ${message.type()}: ${message.text()} (${url})`);
    });
  }

  isExpected(text, url) {
    if (!text.startsWith('Failed to load resource:')) return false;
    if (this.away && text.includes('net::ERR_')) return true;
    const status = Number(/status of (\d+)/.exec(text)?.[1]);
    const { pathname } = new URL(url);
    return this.expected.some((one) => one.status === status && one.path.test(pathname));
  }
}

// Runs in every page before its own scripts.
function watchPage() {
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`);
  });
  const bubbles = 'li[data-message-id] > div:first-child, li[data-outgoing] > div:first-child';
  const told = new Set();
  new MutationObserver(() => {
    const seen = new Set();
    for (const bubble of document.querySelectorAll(bubbles)) {
      const { messageId } = bubble.parentElement.dataset;
      for (const one of [messageId, bubble.textContent]) {
        if (one && seen.has(one) && !told.has(one)) {
          told.add(one);
          console.error(`shown twice: ${one}`);
        }
        seen.add(one);
      }
    }
  }).observe(document, { childList: true, subtree: true });
}

// A browser profile of one person, as fresh as on the first day.
export async function profile(browser, watch, language, options = {}) {
  const context = await browser.newContext({
    locale: locales[language],
    timezoneId: 'Europe/Paris',
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(patience);
  watch.follow(context);
  await context.addInitScript(watchPage);
  return context;
}

// Keeps what a page looks like in test/artifacts.
export async function picture(page, name) {
  await mkdir(artifacts, { recursive: true });
  await page.screenshot({ path: `${artifacts}${name}.png`, animations: 'disabled' });
}

// Reads until met(value) holds, and returns that value; fails with what it saw last.
export async function until(what, read, met) {
  const deadline = Date.now() + patience;
  for (;;) {
    const value = await read();
    if (met(value)) return value;
    if (Date.now() > deadline) throw new Error(`never: ${what}; last ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// Waits until read() gives exactly the expected value.
export function becomes(what, read, expected) {
  const wanted = JSON.stringify(expected);
  return until(`${what} = ${wanted}`, read, (value) => JSON.stringify(value) === wanted);
}
