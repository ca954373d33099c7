import { type ClientRequest, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

// People and programs that look on, in a process of their own: readers of events, readers that take
// nothing of what they are sent, and reads of the API. Prints a line when all are connected.
const { url, token, watchers, stalled, readsPerSecond, path } = z
  .object({
    url: z.string(),
    token: z.string(),
    watchers: z.number(),
    stalled: z.number(),
    readsPerSecond: z.number(),
    path: z.string(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const headers = { authorization: `Bearer ${token}` };
/** Below what one token may ask in a second, together with the reads. */
const connectEveryMs = 20;

/** Reads events, or lets them lie; comes back when it is cut off. */
async function readOn(takes: boolean): Promise<void> {
  const opened = await new Promise<boolean>((resolve) => {
    const sent: ClientRequest = request(`${url}/v1/events?topics=heads,feed`, { agent: false, headers });
    sent.on('response', (answer) => {
      answer.on('error', () => undefined);
      answer.on('close', () => void pause(connectEveryMs).then(() => readOn(takes)));
      if (takes) answer.resume();
      else answer.pause();
      resolve(answer.statusCode === 200);
    });
    sent.on('error', () => resolve(false));
    sent.end();
  });
  if (!opened) await pause(1_000);
}

for (let at = 0; at < watchers + stalled; at += 1) {
  await readOn(at < watchers);
  await pause(connectEveryMs);
}
if (readsPerSecond > 0)
  setInterval(() => {
    fetch(`${url}${path}`, { headers }).then(
      (answer) => answer.arrayBuffer(),
      () => undefined,
    );
  }, 1_000 / readsPerSecond);
process.stdout.write(`${watchers + stalled} readers are connected\n`);
