import type { Client } from '../../shared/domain/campaign/definition.ts';
import { parseFleet } from '../../orchestrator/input/fleet-csv.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import type { Heard } from './browser.ts';
import type { Ask } from './requests.ts';

/** What these change is known from the request and its answer. */
const understood =
  /^\/v1\/(fleet|releases|campaigns(\/plan)?|campaigns\/[^/]+\/(start|pause|resume|abort)|clients\/[^/]+\/checkin)$/;

/** What the orchestrator must hold: the sum of what it accepted, and nothing of what it refused. */
export class ExpectedState {
  readonly fleet = new Map<string, Client>();
  /** Status by name. */
  campaigns = new Map<string, string>();
  releases = new Set<string>();

  /** Takes note of an accepted request; false when what it has changed must be read. */
  note({ method, path }: Ask, body: string | null, { status, text }: Heard): boolean {
    if (status !== 200 || method !== 'POST') return true;
    const [route = ''] = path.split('?');
    if (!understood.test(route)) return false;
    const answer = JSON.parse(text) as Record<string, unknown>;
    if (route === '/v1/fleet') this.#import(String((JSON.parse(body ?? '') as { text: string }).text));
    if (route === '/v1/campaigns') this.campaigns.set(String(answer['campaign']), 'created');
    if (/^\/v1\/campaigns\/[^/]+\/(start|pause|resume|abort)$/.test(route))
      this.campaigns.set(String(answer['campaign']), String(answer['status']));
    if (route === '/v1/releases') this.releases.add((answer['release'] as { release: string }).release);
    return true;
  }

  #import(text: string): void {
    for (const client of unwrapped(parseFleet(text, 'f'))) this.fleet.set(client.client, client);
  }
}
