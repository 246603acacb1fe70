// The whole system on a free port with a data folder of its own.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const START_MS = 60_000;

/** Starts the program that `cargo build -p local` made, or the one that LOCAL names. */
export async function startSite() {
  const program = process.env.LOCAL ?? join(ROOT, 'target/debug/local');
  const folder = await mkdtemp(join(tmpdir(), 'site-'));
  const child = spawn(program, {
    env: { ...process.env, PORT: '0', DATA_DIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null) {
      child.kill('SIGINT');
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  const url = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${program} did not start`)), START_MS);
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`${program} ended with ${status}`)));
    createInterface(child.stdout).on('line', (line) => {
      const found = line.match(/^Landing page\s+(http\S+?)\/?$/);
      if (!found) return;
      clearTimeout(late);
      resolve(found[1]);
    });
  }).catch(async (error) => {
    await stop();
    throw error;
  });
  return { url, stop };
}
