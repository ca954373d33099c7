import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { patienceMs } from '../environment/patience.ts';
import { defaultComponents } from './fleet/read-release.ts';
import type { AuditEntry } from '../../shared/store/types.ts';

/**
 * An audit entry as `audit export` writes it, with the version of its record. The id begins with
 * the real time in milliseconds at which Redis stored the entry.
 */
export type Entry = AuditEntry & { readonly id: string; readonly version: number | null };

/** The release of a staged tree, and the folder of its component files. */
export interface StagedTree {
  readonly release: string;
  readonly product: string;
  readonly servicePack: number | null;
  readonly components: string;
  /** servpack brings the files itself, so there is no upgrade command. */
  readonly isPushed?: true;
}

const smsTree: StagedTree = {
  release: 'test-release',
  product: 'sms-1.2',
  servicePack: 4,
  components: defaultComponents,
};

/**
 * An operator of a real orchestrator, over its HTTP API. Throws with the answer when a request is
 * refused.
 */
export class Operator {
  readonly #url: string;
  #token: string;
  /** Whose token is still to be made; null = the one of the token file is used. */
  #person: string | null;
  #becoming: Promise<void> | null = null;

  /** @param person the name that goes into the audit; left out = the request names nobody */
  constructor(url: string, dataDir: string, person?: string) {
    this.#url = url;
    this.#token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
    this.#person = person ?? null;
  }

  /**
   * @param withinMs real time after which the answer is not waited for; the request may still be
   * carried out
   */
  async ask(method: 'GET' | 'POST', path: string, body?: object, withinMs = patienceMs): Promise<unknown> {
    if (this.#person !== null) {
      this.#becoming ??= this.#becomePerson(this.#person, withinMs).finally(() => (this.#becoming = null));
      await this.#becoming;
    }
    return this.#send(method, path, body, withinMs);
  }

  async #send(method: string, path: string, body: object | undefined, withinMs: number): Promise<unknown> {
    const signal = AbortSignal.timeout(withinMs);
    const ask = () =>
      fetch(`${this.#url}${path}`, {
        method,
        signal,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          // An edit is based on any version of the campaign.
          ...(/\/(edit|revert)$/.test(path) ? { 'if-match': '*' } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    let response = await ask();
    let text = await response.text();
    // Too many requests of one token, or the orchestrator is late: nothing was done, and the answer
    // says when to ask again.
    while (response.status === 429 || (response.status === 503 && text.includes('"busy.late"'))) {
      await delay(Number(response.headers.get('retry-after')) * 1_000, undefined, { signal });
      response = await ask();
      text = await response.text();
    }
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** Only a token that belongs to a person proves who asks. */
  async #becomePerson(person: string, withinMs: number): Promise<void> {
    const name = `${person}-${randomUUID().slice(0, 8)}`;
    const order = { name, role: 'administrator', person };
    const made = (await this.#send('POST', '/v1/tokens', order, withinMs)) as { readonly token: string };
    this.#token = made.token;
    this.#person = null;
  }

  /** The whole audit, oldest first within a shard, from the files and from Redis. */
  async exportAudit(): Promise<readonly Entry[]> {
    const headers = { authorization: `Bearer ${this.#token}` };
    const response = await fetch(`${this.#url}/v1/audit/export?format=jsonl`, { headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`audit export: ${response.status} ${text}`);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Omit<Entry, 'at'> & { readonly at: string })
      .map((entry) => ({ ...entry, at: Date.parse(entry.at) }));
  }

  importFleet(file: string, text: string, withinMs?: number): Promise<unknown> {
    return this.ask('POST', '/v1/fleet', { file, text }, withinMs);
  }

  createCampaign(text: string, withinMs?: number): Promise<unknown> {
    return this.ask('POST', '/v1/campaigns', { file: 'campaign.yaml', text }, withinMs);
  }

  /** The lines of an answer that is streamed, as they come. */
  async *lines(path: string): AsyncGenerator<string> {
    const response = await fetch(`${this.#url}${path}`, {
      headers: { authorization: `Bearer ${this.#token}`, accept: 'application/x-ndjson' },
    });
    if (!response.ok || response.body === null)
      throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  }

  /** Stages a complete tree, with an upgrade command that changes nothing. */
  stageTree(folder: string, tree: string, staged: StagedTree = smsTree): Promise<unknown> {
    const command = join(folder, 'upgrade.sh');
    writeFileSync(command, '#!/bin/sh\necho nothing to do\n');
    chmodSync(command, 0o755);
    const path = join(folder, `${staged.release}.yaml`);
    writeFileSync(
      path,
      [
        `release: ${staged.release}`,
        `product: ${staged.product}`,
        ...(staged.servicePack === null ? [] : [`servicePack: ${staged.servicePack}`]),
        `tree: ${tree}`,
        `components: ${staged.components}`,
        ...(staged.isPushed === true ? [] : [`upgrade: { command: ["${command}"], timeout: 5m }`]),
        '',
      ].join('\n'),
    );
    return this.ask('POST', '/v1/releases', { path });
  }
}
