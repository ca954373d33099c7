import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditEntry } from '../../shared/store/store.ts';

/** An audit entry with the version of its record. */
export type Entry = AuditEntry & { readonly version: number | null };

/** An operator of a real orchestrator, by its HTTP API. Throws with the answer when it is refused. */
export class Operator {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, dataDir: string) {
    this.#url = url;
    this.#token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
  }

  /** @param withinMs real time after which the answer is not waited for any longer; the request may still be carried out */
  async ask(method: 'GET' | 'POST', path: string, body?: object, withinMs = 120_000): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      signal: AbortSignal.timeout(withinMs),
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
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

  importFleet(file: string, text: string): Promise<unknown> {
    return this.ask('POST', '/v1/fleet', { file, text });
  }

  createCampaign(text: string): Promise<unknown> {
    return this.ask('POST', '/v1/campaigns', { file: 'campaign.yaml', text });
  }

  /** Stages a tree that is complete already, by a command that changes nothing. */
  stageTree(folder: string, tree: string): Promise<unknown> {
    const command = join(folder, 'upgrade.sh');
    writeFileSync(command, '#!/bin/sh\necho nothing to do\n');
    chmodSync(command, 0o755);
    const path = join(folder, 'release.yaml');
    writeFileSync(
      path,
      [
        'release: test-release',
        'product: sms-1.2',
        'servicePack: 4',
        `tree: ${tree}`,
        'components: X86.BIN/00000409',
        `upgrade: { command: ["${command}"], timeout: 10s }`,
        '',
      ].join('\n'),
    );
    return this.ask('POST', '/v1/releases', { path });
  }
}
