// One site and one browser for all tests of a file.

import { after, before } from 'node:test';
import { startBrowser, withoutWhatsApp } from './browser.js';
import { startSite } from './site.js';

export function suite() {
  const town = {};
  before(async () => {
    town.site = await startSite();
    town.browser = await startBrowser();
    town.url = town.site.url;
  });
  after(async () => {
    await town.browser?.close();
    await town.site?.stop();
  });
  /** Runs with a page of its own; WhatsApp is outside. What went wrong in the page fails the test. */
  town.withPage = async (options, run) => {
    const context = await town.browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'id-ID', ...options });
    const page = await context.newPage();
    const wrong = [];
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (line) => {
      const isRefusal = /status of 4\d\d|ERR_(INTERNET_DISCONNECTED|FAILED)/.test(line.text());
      if (line.type() === 'error' && !isRefusal) wrong.push(line.text());
    });
    try {
      await withoutWhatsApp(context);
      await run(page, context);
    } finally {
      await context.close();
    }
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  };
  return town;
}

let last = 10_000_000;
/** A number that nobody registered in this run. */
export function newPhone() {
  last += 1;
  return `0857${last}`;
}
