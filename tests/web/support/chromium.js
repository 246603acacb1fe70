// Where the browser is.

import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The Chromium that CHROMIUM names, or the system's. */
export function chromiumPath() {
  const path = [process.env.CHROMIUM, ...PLACES].find((one) => one && existsSync(one));
  if (!path) {
    throw new Error('Chromium is missing: install it (Debian, Ubuntu: apt-get install chromium) or set CHROMIUM.');
  }
  return path;
}
