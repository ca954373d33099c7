import type { Machine } from '../../../orchestrator/simulation/machines/machine.ts';

/** Where logon scripts post the transcript of Smsrun32, and their token. */
export interface CheckInTarget {
  readonly url: string;
  readonly token: string;
}

const atOnce = 20;
const patienceMs = 5_000;

interface Post {
  readonly client: string;
  readonly transcript: string;
}

/**
 * The check-ins of all logon scripts. A logon never waits for the orchestrator: a post that fails
 * is counted and forgotten, and at most 20 posts are under way at once.
 */
export class CheckIns {
  readonly #target: CheckInTarget | null;
  readonly #waiting: Post[] = [];
  readonly #stopping = new AbortController();
  #onTheirWay = 0;
  posted = 0;
  failed = 0;

  constructor(target: CheckInTarget | null) {
    this.#target = target;
  }

  post(machine: Machine, transcript: string): void {
    if (this.#target === null || this.#stopping.signal.aborted) return;
    machine.checkIns += 1;
    this.#waiting.push({ client: machine.row.client, transcript });
    if (this.#onTheirWay < atOnce) void this.#work(this.#target);
  }

  stop(): void {
    this.#waiting.length = 0;
    this.#stopping.abort();
  }

  async #work(target: CheckInTarget): Promise<void> {
    this.#onTheirWay += 1;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (await this.#send(target, next)) this.posted += 1;
      else this.failed += 1;
    }
    this.#onTheirWay -= 1;
  }

  async #send({ url, token }: CheckInTarget, { client, transcript }: Post): Promise<boolean> {
    try {
      const answer = await fetch(
        `${url.replace(/\/$/, '')}/v1/clients/${encodeURIComponent(client)}/checkin`,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ transcript }),
          signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(patienceMs)]),
        },
      );
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }
}
