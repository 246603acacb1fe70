// What both halves of the simulator's page use.

export const byId = (id) => document.getElementById(id);
export const part = (root, name) => root.querySelector(`[data-part="${name}"]`);
export const fromTemplate = (id) => byId(id).content.firstElementChild.cloneNode(true);

/** Writes only what changed: a poll a second must not disturb selection or screen readers. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Times, always shown in WIB

const wib = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Jakarta', hourCycle: 'h23', ...options });
const dateFormat = wib({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
const dayFormat = wib({ day: 'numeric', month: 'short' });
const weekdayFormat = wib({ weekday: 'short' });
const secondsFormat = wib({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minutesFormat = wib({ hour: '2-digit', minute: '2-digit' });
const dots = (text) => text.replaceAll(':', '.');

export const clockText = (date) => `${dateFormat.format(date).replaceAll(',', '')}, ${dots(secondsFormat.format(date))} WIB`;
export const itemTime = (date) => `${dayFormat.format(date)}, ${dots(secondsFormat.format(date))}`;
export const rowTime = (date) => `${dayFormat.format(date)}, ${dots(minutesFormat.format(date))}`;
export const untilText = (date) => `${weekdayFormat.format(date)} ${dots(minutesFormat.format(date))} WIB`;

// Talking to the server

export async function request(path, init = {}) {
  const response = await fetch(path, { cache: 'no-store', ...init });
  if (!response.ok) {
    const error = new Error(`the server answered ${response.status}`);
    error.body = await response.json().catch(() => null);
    throw error;
  }
  return response;
}

export const post = (path, body) => request(path, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export function showProblem(text) {
  byId('problem').textContent = text;
  byId('problem').hidden = text === '';
}
