// Whose link opened the page, and where the visitor came from.

const REMEMBERED_MS = 30 * 24 * 60 * 60 * 1000;
const KEY = 'invited-until';

/** The code in the page's address, or an empty text. */
export const code = fromAddress();

/** Whether the visitor came through somebody's link now or in the last 30 days. The code itself is
 * kept by the edge, in a cookie that no script reads. */
export const isInvited = remembered();

/** A word for the counts. */
export const source = fromReferrer();

function fromAddress() {
  const path = location.pathname.match(/^\/ref(?:=|\/|%3[Dd])(.*)$/);
  const raw = path ? path[1].replace(/\/+$/, '') : null;
  try {
    const found = raw ?? new URLSearchParams(location.search).get('ref') ?? '';
    return (raw === null ? found : decodeURIComponent(found)).trim();
  } catch {
    return '';
  }
}

function remembered() {
  try {
    if (code) localStorage.setItem(KEY, Date.now() + REMEMBERED_MS);
    return Number(localStorage.getItem(KEY)) > Date.now();
  } catch {
    return code !== '';
  }
}

function fromReferrer() {
  if (code) return 'invitation';
  const campaign = new URLSearchParams(location.search).get('utm_source') ?? '';
  const host = document.referrer ? new URL(document.referrer).hostname : '';
  const from = `${campaign.toLowerCase()} ${host === location.hostname ? '' : host}`.trim();
  if (!from) return 'direct';
  if (/whatsapp|(^| )wa( |$)|wa\.me/.test(from)) return 'whatsapp';
  if (/facebook|instagram|tiktok|twitter|(^| )(t\.co|x\.com|fb|ig)|telegram|t\.me|threads|youtube/.test(from)) {
    return 'social';
  }
  return /google|bing|yahoo|duckduckgo|yandex/.test(from) ? 'search' : 'other';
}
