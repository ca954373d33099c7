import type { Command } from 'commander';
import { evidenceAnswer } from '../../http/schemas/audit.ts';
import { segment } from '../client/api-client.ts';
import { outputOf, withApi } from '../client/session.ts';
import { evidenceInWords } from '../render/evidence.ts';
import { safeLines } from '../render/view.ts';

export function addEvidenceCommands(program: Command): void {
  const evidence = program
    .command('evidence')
    .description('show the evidence on which a decision stands')
    .addHelpText('after', '\nExample:\n  servpack evidence show SHA256');

  evidence
    .command('show <sha256>')
    .description(
      'show a piece of evidence by its SHA-256, as "client why" and "audit show" name it: what a look found, or what a command said',
    )
    .option('--raw', 'the text as it is kept, not put in order')
    .addHelpText(
      'after',
      '\nExample:\n  servpack evidence show "$(servpack client why pc-0017 --json | jq -r .evidence)"',
    )
    .action(async (name: string, { raw = false }: { raw?: boolean }, command: Command) => {
      await withApi(command, async (api) =>
        outputOf(await api.get(evidenceAnswer, `/v1/evidence/${segment(name)}`), (view, { text }) =>
          raw ? safeLines(text) : evidenceInWords(view, text, ''),
        ),
      );
    });
}
