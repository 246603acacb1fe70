// Puts web/styles into the landing page, and the hash of what stands there into the policy that the edge
// sends: `make styles`. A test tells when one of the three was changed alone.

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const PAGE = 'web/landing/index.html';
const TEMPLATE = 'infra/web.yaml';

/** The page and the template as they must be, by their paths. */
export async function styled() {
  const read = (path) => readFile(new URL(path, root), 'utf8');
  const styles = `\n${await read('web/styles/tokens.css')}\n${await read('web/styles/landing.css')}`;
  const hash = createHash('sha256').update(styles).digest('base64');
  return {
    [PAGE]: replace(await read(PAGE), /(?<=<style>)[^<]*(?=<\/style>)/g, styles),
    [TEMPLATE]: replace(await read(TEMPLATE), /(?<='sha256-)[^']*(?=')/g, hash),
  };
}

function replace(text, place, by) {
  const found = text.match(place)?.length ?? 0;
  if (found !== 1) throw new Error(`${found} places for the styles or their hash, not one`);
  return text.replace(place, () => by);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(await styled())) await writeFile(new URL(path, root), text);
}
