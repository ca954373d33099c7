import type { Command } from 'commander';
import { segment } from '../client/api-client.ts';
import { outputOf, withApi } from '../client/session.ts';
import { requiredReason } from './reason-option.ts';

/** Signing in to the page, and who is signed in. */
export function addSessionCommands(program: Command): void {
  program
    .command('open')
    .description('print a link that signs in to the page, once and within a minute')
    .addHelpText('after', '\nExample:\n  servpack open')
    .action(async (_options: unknown, command: Command) => {
      const [{ linkAnswer }, { linkLines }] = await shapes();
      await withApi(command, async (api) => {
        const made = await api.post(linkAnswer, '/v1/session/links');
        if (!made.ok) return made;
        const { code, expiresAt } = made.value;
        return outputOf(
          { ok: true as const, value: { link: api.link(`/#code=${code}`), expiresAt } },
          linkLines,
        );
      });
    });

  const session = program
    .command('session')
    .description('who is signed in to the page')
    .addHelpText('after', '\nExample:\n  servpack session list');

  session
    .command('list')
    .description('who is signed in, since when, and from where')
    .addHelpText('after', '\nExample:\n  servpack session list')
    .action(async (_options: unknown, command: Command) => {
      const [{ sessionsAnswer }, { sessionLines }] = await shapes();
      await withApi(command, async (api) =>
        outputOf(await api.get(sessionsAnswer, '/v1/sessions'), sessionLines),
      );
    });

  session
    .command('end <session>')
    .description('sign a person out, everywhere within a second')
    .addOption(requiredReason('why; kept in the audit'))
    .addHelpText('after', '\nExample:\n  servpack session end Xk29bQ7z --reason "a laptop is lost"')
    .action(async (id: string, { reason }: { readonly reason: string }, command: Command) => {
      const [{ endedAnswer }, { endedLines }] = await shapes();
      await withApi(command, async (api) =>
        outputOf(await api.post(endedAnswer, `/v1/sessions/${segment(id)}/end`, { reason }), endedLines),
      );
    });
}

/** Loaded when they are needed: every command loads this file. */
const shapes = () => Promise.all([import('../../http/schemas/access.ts'), import('../render/sessions.ts')]);
