// The only file that talks to the server.

const LONGEST_WAIT_MS = 30_000;

/** Next session, video, texts; null if the server does not answer: the page is complete without. */
export async function landing() {
  try {
    const answer = await fetch('/api/landing', { signal: AbortSignal.timeout(LONGEST_WAIT_MS) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Sends the form. Fails if no answer came; then nobody knows whether it arrived, and sending it
 * again is safe: a number is registered once. */
export async function register(fields) {
  const answer = await fetch('/api/registrations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fields),
    signal: AbortSignal.timeout(LONGEST_WAIT_MS),
  });
  return { status: answer.status, body: await answer.json() };
}

/** Names of places, one a line. */
export async function cities() {
  const answer = await fetch('/assets/cities.txt');
  if (!answer.ok) throw new Error(`cities: ${answer.status}`);
  const lines = (await answer.text()).split('\n');
  return lines.filter((line) => line && !line.startsWith('#') && !line.startsWith('='));
}

/** Counts how far visitors come; says nothing about who. */
export function count(step, source) {
  const body = new Blob([JSON.stringify({ step, source })], { type: 'application/json' });
  navigator.sendBeacon('/api/visits', body);
}
