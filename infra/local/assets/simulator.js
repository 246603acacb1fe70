// The simulator's page: shows what GET /simulator/state says, once a second, and posts what is
// clicked. What comes from a message is inserted as text only, never as HTML.

import { byId, clockText, fromTemplate, part, post, request, setText, showProblem, untilText } from './page.js';
import { addMessages, forgetMessages, showNumbersInPhones } from './phones.js';

const POLL_MS = 1000;
const POLL_TIMEOUT_MS = 10_000; // longer than a state answer ever takes on a busy machine
const WIB_OFFSET_MS = 7 * 3600 * 1000; // UTC+7, no daylight saving
const DAY_S = 86_400;

// Clock

/** Seconds from `date` to the next 09.00 WIB, at least 1 and at most a day. */
function secondsToNine(date) {
  const ofDay = ((date.getTime() + WIB_OFFSET_MS) / 1000) % DAY_S;
  return Math.ceil((9 * 3600 - ofDay + DAY_S) % DAY_S) || DAY_S;
}

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

function showFilling(filling) {
  byId('filling').hidden = !filling;
  if (filling) setText(byId('filling'), `Demo: ${filling.done} of ${filling.of} people have registered.`);
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

// Polling

let polling = false;
let timer;
let cursor = ''; // the messages up to here are shown
let catchingUp = true; // until the first answers have brought all there was

function showState(state, askedAt) {
  numbers = state.numbers;
  if (!moving) showClock(new Date(state.now));
  showWaiting(state.waiting);
  showFilling(state.filling);
  showNumbers(askedAt);
  showNumbersInPhones(numbers);
  if (state.anew) forgetMessages();
  // What was there before the page is no news.
  addMessages(state.messages, { areNews: !catchingUp });
  cursor = state.cursor;
  setMoving(moving); // the first answer enables the clock's controls
}

function showConnection(text) {
  setText(byId('connection'), text);
  byId('connection').hidden = text === '';
}

async function poll() {
  if (polling || document.hidden) return;
  polling = true;
  let wait = POLL_MS;
  const askedAt = performance.now();
  try {
    const response = await request(`/simulator/state?after=${cursor}`, { signal: AbortSignal.timeout(POLL_TIMEOUT_MS) });
    const state = await response.json();
    showState(state, askedAt);
    catchingUp &&= state.more;
    if (state.more) wait = 0;
    showConnection('');
  } catch (error) {
    // While the clock moves the server may be too busy to answer: that is no lost connection.
    if (!moving) showConnection('Connection lost. What you see may be old; trying again every second.');
    console.warn('state not shown:', error);
  }
  polling = false;
  schedule(wait);
}

function schedule(wait) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(poll, wait);
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(timer);
  poll();
});

setMoving(false);
poll();
