import type { Command } from 'commander';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result } from '../../../shared/errors.ts';
import { proofAnswer } from '../../http/schemas/audit.ts';
import type { Refusal } from '../../refusal.ts';
import { type ApiClient, segment } from '../client/api-client.ts';
import { outputOf, withApi } from '../client/session.ts';
import { many, safe } from '../render/view.ts';

interface ProofOptions {
  readonly out: string;
  readonly checker?: string;
}

/** A proof that was written to a file. */
interface WrittenProof {
  readonly file: string;
  /** The script that was written with it; null = none was asked for. */
  readonly checker: string | null;
  readonly client: string;
  readonly entries: number;
  readonly shard: number;
  readonly block: number;
  readonly head: string;
}

export function addProofCommand(client: Command): void {
  client
    .command('proof <client>')
    .description(
      'write one file that proves what was done to a client: its audit entries, and how the newest head of the audit seals them',
    )
    .requiredOption('--out <file>', 'the file')
    .option('--checker <file>', 'also write the script that checks a proof, with Node alone and offline')
    .addHelpText(
      'after',
      '\nExample:\n  servpack client proof pc-0017 --out pc-0017.proof.json --checker check-proof.mjs\n  node check-proof.mjs pc-0017.proof.json',
    )
    .action(async (name: string, options: ProofOptions, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await saveProof(api, name, options), (_view, { file, checker, ...proof }) => [
          safe(`written: ${file}, ${many(proof.entries, 'audit entry', 'audit entries')} of ${proof.client}`),
          safe(`sealed by block ${proof.block} of shard ${proof.shard}, head ${proof.head}`),
          safe(`Check it: node ${checker ?? 'check-proof.mjs'} ${file} ${proof.head}`),
        ]),
      );
    });
}

const script = join(import.meta.dirname, '../check-proof.mjs');

async function saveProof(
  api: ApiClient,
  name: string,
  { out, checker }: ProofOptions,
): Promise<Result<WrittenProof, Refusal>> {
  const found = await api.get(proofAnswer, `/v1/audit/clients/${segment(name)}/proof`);
  if (!found.ok) return found;
  const { client, entries, shard, block, head } = found.value;
  // One form for each content: the script finds a byte that was changed between the fields, too.
  const text = `${JSON.stringify(found.value)}\n`;
  const { writtenFile } = await import('../client/save.ts');
  const written = await writtenFile(out, (draft) => writeFile(draft, text));
  if (!written.ok) return written;
  if (checker !== undefined) {
    const source = await readFile(script);
    const copied = await writtenFile(checker, (draft) => writeFile(draft, source));
    if (!copied.ok) return copied;
  }
  return ok({
    file: out,
    checker: checker ?? null,
    client,
    entries: entries.length,
    shard,
    block,
    head,
  });
}
