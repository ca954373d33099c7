import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { nothingYet } from '../../orchestrator/domain/gather-notices.ts';
import { noticeDocument, type NoticeDocument } from '../../orchestrator/views/notice-document.ts';
import { parseNotify } from '../../orchestrator/input/notify-file.ts';
import type { NotifySettings } from '../../orchestrator/notify/settings.ts';
import type { Store } from '../../shared/store/store.ts';
import { accepted } from '../input/given.ts';

/** 24 bytes and more in base64, as Standard Webhooks has them. */
export const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const formerSecret = `whsec_${Buffer.alloc(24, 8).toString('base64')}`;

/** A file that only its owner can read, until the end of the test. */
export function secretFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-notify-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'secret');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** Settings with one webhook of the name `ops`, which gets everything at once. */
export const webhookTo = (url: string, ...more: readonly string[]): NotifySettings =>
  accepted(
    parseNotify(
      [
        'notify:',
        '  gather: 0s',
        ...more.map((line) => `  ${line}`),
        '  destinations:',
        `    ops: { form: webhook, url: "${url}", private: allowed, kinds: [all], secret: { file: ${secretFile(secret)} } }`,
        '',
      ].join('\n'),
      'notify.yaml',
    ),
  );

/** A message about a gate, whose words hold what chats and mails must not obey. */
export const gateNotice = (id = 'msg_1'): NoticeDocument =>
  noticeDocument(
    id,
    {
      kind: 'gate.broken',
      campaign: 'sp4',
      dueAt: 0,
      happenings: [
        {
          kind: 'gate.broken',
          campaign: 'sp4',
          at: 0,
          who: null,
          says: 'wave canary: 3 failures, same cause 3x: <!channel> @all ```<img onerror=x>\u202e',
          wave: 'canary',
          opens: 'paused|sp4',
        },
      ],
      inAll: 1,
      ends: [],
    },
    null,
    'https://servpack.example/campaigns/{campaign}',
    0,
  );

export const empty = nothingYet('0-0');

/** The messages that wait, in their order; each is noted as delivered. */
export async function takeMessages(store: Store): Promise<readonly NoticeDocument[]> {
  const found: NoticeDocument[] = [];
  for (;;) {
    const line = (await store.noticeLines())[0];
    if (line === undefined) return found;
    const { notice, destination } = line;
    found.push(JSON.parse((await store.readNotice(notice))?.text ?? '') as NoticeDocument);
    await store.endDelivery({ notice, destination, at: 0, outcome: 'delivered', because: '' }, null);
  }
}
