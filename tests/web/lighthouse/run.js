// Lighthouse, mobile, median of three: `make lighthouse`. Fails below the goals of
// docs/decisions/landing-page.md. PAGE=/ref=… measures another address.

import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';
import { computeMedianRun } from 'lighthouse/core/lib/median-run.js';
import { chromiumPath } from '../support/chromium.js';
import { startSite } from '../support/site.js';

const RUNS = 3;
/** Some recordings come without their beginning; those say nothing and are made again. */
const MOST_RECORDINGS = 6;
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const GOALS = { lcp_ms: 1_000, cls: 0, tbt_ms: 50, bytes: 40 * 1024 };

const site = await startSite();
const chrome = await launch({ chromePath: chromiumPath(), chromeFlags: FLAGS });
try {
  const runs = [];
  for (let recording = 0; runs.length < RUNS && recording < MOST_RECORDINGS; recording += 1) {
    const found = await lighthouse(site.url + (process.env.PAGE ?? '/'), {
      port: chrome.port,
      onlyCategories: ['performance', 'accessibility', 'best-practices', 'seo'],
      logLevel: 'error',
    });
    const { 'first-contentful-paint': fcp, 'largest-contentful-paint': lcp } = found.lhr.audits;
    if (Number.isFinite(fcp.numericValue) && Number.isFinite(lcp.numericValue)) runs.push(found.lhr);
    else console.log(`a recording was unusable: ${found.lhr.runtimeError?.code ?? fcp.errorMessage}`);
  }
  if (runs.length < RUNS) throw new Error(`only ${runs.length} of ${MOST_RECORDINGS} recordings were usable`);
  const { categories, audits } = computeMedianRun(runs);
  const scores = Object.values(categories).map(({ id, score }) => [id, Math.round(score * 100)]);
  const figures = {
    lcp_ms: Math.round(audits['largest-contentful-paint'].numericValue),
    fcp_ms: Math.round(audits['first-contentful-paint'].numericValue),
    cls: audits['cumulative-layout-shift'].numericValue,
    tbt_ms: Math.round(audits['total-blocking-time'].numericValue),
    bytes: audits['total-byte-weight'].numericValue,
    requests: audits['network-requests'].details.items.length,
  };
  const result = { ...Object.fromEntries(scores), ...figures };
  console.log(JSON.stringify(result, null, 2));
  const missed = [
    ...scores.filter(([, score]) => score < 100).map(([name]) => name),
    ...Object.keys(GOALS).filter((name) => figures[name] > GOALS[name]),
  ];
  for (const { id, score, scoreDisplayMode, title } of Object.values(audits)) {
    if (score !== null && score < 1 && scoreDisplayMode !== 'informative') console.log(`${id} ${score}: ${title}`);
  }
  if (missed.length > 0) {
    console.error(`missed: ${missed.join(', ')}`);
    process.exitCode = 1;
  }
} finally {
  chrome.kill();
  await site.stop();
}
