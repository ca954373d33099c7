import type { CampaignDefinition, Client } from '../../shared/domain/campaign/definition.ts';
import { waitingIn } from '../domain/waiting-client.ts';
import type { InLine, Line } from './lines.ts';

/** A client that waits in its wave. */
export interface WaitingClient extends InLine {
  readonly client: Client;
  readonly wave: number;
}

/** A line of clients that are taken from its head only. */
export class WaitingLine implements Line<WaitingClient> {
  readonly logonServer: string;
  /** Their class of the campaign's calendar; undefined = it has none. */
  readonly zone: string | undefined;
  readonly #clients: WaitingClient[] = [];
  #taken = 0;

  constructor(logonServer: string, zone: string | undefined) {
    this.logonServer = logonServer;
    this.zone = zone;
  }

  get size(): number {
    return this.#clients.length - this.#taken;
  }

  at(rank: number): WaitingClient | undefined {
    return this.#clients[this.#taken + rank];
  }

  add(client: WaitingClient): void {
    this.#clients.push(client);
  }

  takeFirst(): void {
    this.#taken += 1;
  }
}

/** The clients of a campaign that wait for their admission: lines by wave, server and calendar. */
export class Waiting {
  readonly #definition: CampaignDefinition;
  readonly #waves: Map<string, WaitingLine>[] = [];
  /** By wave: its lines as they were last asked for; null = others wait since then. */
  readonly #lines: (readonly WaitingLine[] | null)[] = [];
  #added = 0;

  constructor(definition: CampaignDefinition) {
    this.#definition = definition;
    for (const _ of definition.waves) this.#waves.push(new Map());
  }

  add(client: Client, wave: number): void {
    const { logonServer, zone } = waitingIn(this.#definition, client, wave);
    const name = zone === undefined ? logonServer : `${logonServer}|${zone}`;
    const lines = this.#waves[wave];
    if (lines === undefined) throw new Error(`there is no wave ${wave}`);
    let line = lines.get(name);
    if (line === undefined) {
      line = new WaitingLine(logonServer, zone);
      lines.set(name, line);
      this.#lines[wave] = null;
    }
    line.add({ client, wave, name: client.client, position: this.#added });
    this.#added += 1;
  }

  /** The lines of a wave that are not empty. */
  lines(wave: number): readonly WaitingLine[] {
    const known = this.#lines[wave] ?? [...(this.#waves[wave]?.values() ?? [])];
    this.#lines[wave] = known;
    return known;
  }

  /** Takes the first of its line. */
  take({ client, wave }: WaitingClient): void {
    const { logonServer, zone } = waitingIn(this.#definition, client, wave);
    const lines = this.#waves[wave];
    const name = zone === undefined ? logonServer : `${logonServer}|${zone}`;
    const line = lines?.get(name);
    line?.takeFirst();
    if (line?.size !== 0) return;
    lines?.delete(name);
    this.#lines[wave] = null;
  }

  /** Everybody who waits, wave by wave. */
  *all(): Iterable<WaitingClient> {
    for (const lines of this.#waves)
      for (const line of lines.values())
        for (let rank = 0; rank < line.size; rank += 1) {
          const found = line.at(rank);
          if (found !== undefined) yield found;
        }
  }
}
