import { setTimeout as delay } from 'node:timers/promises';

const triesAtMost = 10;
/** An orchestrator asks for a second or two; anything longer is for a person to decide. */
const waitAtMostMs = 5_000;

/**
 * Sends a request, and sends it again when the orchestrator asks for a short pause: the request
 * came too fast after others, or the orchestrator is late. Nothing was done then.
 */
export async function patientFetch(target: URL, init: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(target, { ...init, redirect: 'error' });
    const waitMs = waitAsked(response);
    if (waitMs === null || tries >= triesAtMost) return response;
    await response.body?.cancel();
    await delay(waitMs);
  }
}

/** Null where the answer is one. Only these two come with the header. */
function waitAsked({ status, headers }: Response): number | null {
  const seconds = headers.get('retry-after');
  if ((status !== 429 && status !== 503) || seconds === null || !/^\d+$/.test(seconds)) return null;
  const waitMs = Number(seconds) * 1_000;
  return waitMs > waitAtMostMs ? null : waitMs;
}
