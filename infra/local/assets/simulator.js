// The simulator's page: shows what GET /simulator/state says, once a second, and posts what is
// clicked. What comes from a message is inserted as text only, never as HTML.

const POLL_MS = 1000;
const POLL_TIMEOUT_MS = 10_000; // longer than a state answer ever takes on a busy machine
const NEAR_END_PX = 48; // a chat scrolled this near its end follows new messages
const WIB_OFFSET_MS = 7 * 3600 * 1000; // UTC+7, no daylight saving
const DAY_S = 86_400;

const byId = (id) => document.getElementById(id);
const part = (root, name) => root.querySelector(`[data-part="${name}"]`);
const fromTemplate = (id) => byId(id).content.firstElementChild.cloneNode(true);

/** Writes only what changed: a poll a second must not disturb selection or screen readers. */
function setText(element, text) {
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

const clockText = (date) => `${dateFormat.format(date).replaceAll(',', '')}, ${dots(secondsFormat.format(date))} WIB`;
const itemTime = (date) => `${dayFormat.format(date)}, ${dots(secondsFormat.format(date))}`;
const untilText = (date) => `${weekdayFormat.format(date)} ${dots(minutesFormat.format(date))} WIB`;

/** Seconds from `date` to the next 09.00 WIB, at least 1 and at most a day. */
function secondsToNine(date) {
  const ofDay = ((date.getTime() + WIB_OFFSET_MS) / 1000) % DAY_S;
  return Math.ceil((9 * 3600 - ofDay + DAY_S) % DAY_S) || DAY_S;
}

// Talking to the server

async function request(path, init = {}) {
  const response = await fetch(path, { cache: 'no-store', ...init });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response;
}

const post = (path, body) => request(path, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

function showProblem(text) {
  byId('problem').textContent = text;
  byId('problem').hidden = text === '';
}

// Clock

let now = null; // the virtual time of the last answer
let waitingUntil = null;
let moving = false;

const clockControls = () => document.querySelectorAll('#clock :is(button, input, select), #waiting-move');

function setMoving(on) {
  moving = on;
  byId('moving').hidden = !on;
  for (const control of clockControls()) control.disabled = on || now === null;
}

async function moveClock(seconds) {
  if (moving || now === null) return;
  const focused = document.activeElement;
  setMoving(true);
  showProblem('');
  try {
    const answer = await (await post('/simulator/clock', { advance_s: seconds })).json();
    showClock(new Date(answer.now));
  } catch (error) {
    showProblem(`The clock was not moved: ${error.message}.`);
  }
  setMoving(false);
  focused?.focus?.(); // disabling a control takes the focus from it
}

function showClock(date) {
  now = date;
  setText(byId('now'), clockText(date));
}

function showWaiting({ count, until }) {
  waitingUntil = until ? new Date(until) : null;
  byId('waiting').hidden = count === 0;
  byId('waiting-move').hidden = waitingUntil === null;
  const messages = count === 1 ? '1 message waits' : `${count} messages wait`;
  const end = waitingUntil ? `, until ${untilText(waitingUntil)}` : '';
  setText(byId('waiting-text'), `${messages} for sending hours${end}.`);
  if (waitingUntil) setText(byId('waiting-move'), `Move the clock to ${untilText(waitingUntil)}`);
}

for (const button of document.querySelectorAll('[data-advance-s]')) {
  button.addEventListener('click', () => moveClock(Number(button.dataset.advanceS)));
}
byId('to-nine').addEventListener('click', () => moveClock(secondsToNine(now)));
byId('waiting-move').addEventListener('click', () => moveClock(Math.max(1, Math.ceil((waitingUntil - now) / 1000))));
byId('clock').addEventListener('submit', (event) => {
  event.preventDefault();
  moveClock(Number(byId('amount').value) * Number(byId('unit').value));
});

// Sending numbers

let numbers = []; // as in the last answer
const numberRows = new Map(); // phone → { element, settledAt, pending }

const labelOf = (phone) => numbers.find((number) => number.phone === phone)?.label || phone;

function addNumber(phone) {
  const row = { element: fromTemplate('number-template'), settledAt: 0, pending: 0 };
  const mode = part(row.element, 'mode');
  mode.addEventListener('change', async () => {
    row.pending += 1;
    showProblem('');
    try {
      await post(`/simulator/numbers/${encodeURIComponent(phone)}`, { mode: mode.value });
    } catch (error) {
      showProblem(`The mode of ${labelOf(phone)} was not changed: ${error.message}.`);
    }
    row.pending -= 1;
    row.settledAt = performance.now(); // the next answer asked for after this is the truth
  });
  byId('numbers').append(row.element);
  numberRows.set(phone, row);
  return row;
}

function showNumbers(askedAt) {
  for (const number of numbers) {
    const row = numberRows.get(number.phone) ?? addNumber(number.phone);
    setText(part(row.element, 'label'), number.label || 'Number');
    setText(part(row.element, 'phone'), number.phone);
    setText(part(row.element, 'sent'), `${number.sent} sent`);
    const mode = part(row.element, 'mode');
    mode.setAttribute('aria-label', `Mode of ${number.label || number.phone}`);
    if (row.pending === 0 && askedAt > row.settledAt && mode.value !== number.mode) mode.value = number.mode;
    row.element.classList.toggle('broken', mode.value !== 'ok');
  }
  for (const [phone, row] of numberRows) {
    if (numbers.some((number) => number.phone === phone)) continue;
    row.element.remove();
    numberRows.delete(phone);
  }
}

// Phones

const phones = new Map(); // phone → { element, shown: item keys, toChosen }
const itemKey = (item) => JSON.stringify([item.from, item.to, item.text, item.media_url, item.at]);

function addPhone(phone) {
  const view = { element: fromTemplate('phone-template'), shown: [], toChosen: false };
  setText(part(view.element, 'phone'), phone);
  part(view.element, 'chat').setAttribute('aria-label', `Chat of ${phone}`);
  part(view.element, 'to').setAttribute('aria-label', `${phone} replies to`);
  part(view.element, 'reply-text').setAttribute('aria-label', `Reply from ${phone}`);
  const invite = part(view.element, 'invite');
  invite.href = `/ref=${encodeURIComponent(phone.replace(/^\+62/, '0'))}`;
  invite.setAttribute('aria-label', `Invite link of ${phone}`);
  part(view.element, 'to').addEventListener('change', () => { view.toChosen = true; });
  part(view.element, 'reply').addEventListener('submit', (event) => {
    event.preventDefault();
    reply(phone, view);
  });
  byId('phones').append(view.element);
  phones.set(phone, view);
  return view;
}

async function reply(phone, view) {
  const text = part(view.element, 'reply-text');
  const problem = part(view.element, 'problem');
  const typed = text.value;
  problem.hidden = true;
  try {
    await post('/simulator/reply', { from: phone, to: part(view.element, 'to').value, text: typed, form: 'simple' });
    if (text.value === typed) text.value = '';
  } catch (error) {
    problem.textContent = `Not delivered: ${error.message}.`;
    problem.hidden = false;
  }
}

function itemElement(item, phone) {
  const element = fromTemplate('item-template');
  const own = item.from === phone;
  element.classList.toggle('own', own);
  part(element, 'who').textContent = own ? `to ${labelOf(item.to)}` : `${labelOf(item.from)} · ${item.from}`;
  part(element, 'text').textContent = item.text ?? '';
  if (item.media_url) {
    part(element, 'media').textContent = `Attached: ${item.media_url}`;
    part(element, 'media').hidden = false;
  }
  part(element, 'at').dateTime = item.at;
  part(element, 'at').textContent = itemTime(new Date(item.at));
  return element;
}

/** Appends what is new; builds the chat again if what was shown has changed. */
function showItems(view, phone, items) {
  const keys = items.map(itemKey);
  if (keys.length === view.shown.length && keys.every((key, i) => key === view.shown[i])) return;
  const chat = part(view.element, 'chat');
  const follow = chat.scrollHeight - chat.scrollTop - chat.clientHeight < NEAR_END_PX;
  const grown = view.shown.every((key, i) => key === keys[i]);
  if (!grown) chat.replaceChildren();
  chat.append(...items.slice(grown ? view.shown.length : 0).map((item) => itemElement(item, phone)));
  view.shown = keys;
  if (follow) chat.scrollTop = chat.scrollHeight;
}

/** Offers our numbers to reply to: the last one that wrote, unless another was chosen. */
function showReplyTargets(view, phone, items) {
  const to = part(view.element, 'to');
  const offered = [...to.options].map((option) => [option.value, option.text].join());
  const wanted = numbers.map((number) => [number.phone, `to ${number.label || number.phone}`]);
  if (offered.join() !== wanted.join()) {
    const chosen = to.value;
    to.replaceChildren(...wanted.map(([value, text]) => new Option(text, value)));
    if (wanted.some(([value]) => value === chosen)) to.value = chosen;
  }
  const last = items.findLast((item) => item.from !== phone && numbers.some((number) => number.phone === item.from));
  if (last && !view.toChosen && to.value !== last.from) to.value = last.from;
}

function showPhones(chats) {
  for (const { phone, items } of chats) {
    const view = phones.get(phone) ?? addPhone(phone);
    showReplyTargets(view, phone, items);
    showItems(view, phone, items);
  }
  for (const [phone, view] of phones) {
    if (chats.some((chat) => chat.phone === phone)) continue;
    view.element.remove();
    phones.delete(phone);
  }
  byId('empty').hidden = chats.length > 0;
  applyFilter();
}

/** `0812…`, `62812…` and `+62 812-…` find the same phone. */
function applyFilter() {
  const wanted = byId('filter').value.replace(/\D/g, '').replace(/^(0|62)/, '');
  let shown = 0;
  for (const [phone, view] of phones) {
    const visible = phone.includes(wanted);
    shown += visible ? 1 : 0;
    if (view.element.hidden !== visible) continue;
    view.element.hidden = !visible;
    const chat = part(view.element, 'chat');
    if (visible) chat.scrollTop = chat.scrollHeight; // a hidden chat could not follow
  }
  setText(byId('shown'), phones.size === 0 ? '' : `${shown} of ${phones.size}`);
}
byId('filter').addEventListener('input', applyFilter);

// Polling

let polling = false;
let timer;

function showState(state, askedAt) {
  numbers = state.numbers;
  if (!moving) showClock(new Date(state.now));
  showWaiting(state.waiting);
  showNumbers(askedAt);
  showPhones(state.chats);
  setMoving(moving); // the first answer enables the clock's controls
}

function showConnection(text) {
  setText(byId('connection'), text);
  byId('connection').hidden = text === '';
}

async function poll() {
  if (polling || document.hidden) return;
  polling = true;
  const askedAt = performance.now();
  try {
    const response = await request('/simulator/state', { signal: AbortSignal.timeout(POLL_TIMEOUT_MS) });
    showState(await response.json(), askedAt);
    showConnection('');
  } catch (error) {
    // While the clock moves the server may be too busy to answer: that is no lost connection.
    if (!moving) showConnection('Connection lost. What you see may be old; trying again every second.');
    console.warn('state not shown:', error);
  }
  polling = false;
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(poll, POLL_MS);
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(timer);
  poll();
});

setMoving(false);
poll();
