import { type Command, InvalidArgumentError } from 'commander';
import { isHostKey, isPort, portForm } from '../../../shared/input/names.ts';
import type { CertifyOptions } from '../client/certify-host.ts';
import { showRefusal } from '../client/session.ts';

export function addCertifyCommand(program: Command): void {
  program
    .command('certify <host>')
    .description(
      'test on one spare machine what servpack needs on every client, and report each point. ' +
        'THIS CHANGES THE MACHINE, then restores what it changed. Asks you to type the name of the host',
    )
    .option('--service <name>', 'a running service that may be stopped and moved to another folder and back')
    .option('--restart', 'the machine may be restarted, twice')
    .option('--read-only', 'run only the tests that change nothing; does not ask')
    .option('--yes', 'do not ask')
    .option('--port <n>', 'port of its OpenSSH server (default: as in SERVPACK_SSH_CONFIG)', port)
    .option(
      '--host-key <key>',
      'an accepted fingerprint of its host key (SHA256:…); repeat for more',
      keys,
      [],
    )
    .option('--product <product>', 'look for this product, as an upgrade does')
    .option('--directory <path>', 'list this folder of the machine (default: the one with its hosts file)')
    .option('--file <file>', 'a file in that folder; it is only read')
    .option('--folder <path>', 'a folder to create and to remove afterwards', 'C:\\ServpackCertify')
    .addHelpText(
      'after',
      '\nNeeds no orchestrator. Reaches the machine as a worker does: by SERVPACK_GATEWAY (default: ssh) and SERVPACK_SSH_CONFIG.' +
        '\n\nExamples:\n  servpack certify spare-pc.example --read-only\n  servpack certify spare-pc.example --service Spooler --restart',
    )
    .action(async (host: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CertifyOptions>();
      const { certify } = await import('../client/certify-host.ts');
      const done = await certify(host, options);
      if (!done.ok) showRefusal(done.error, options.json === true);
    });
}

function port(text: string): number {
  if (isPort(text)) return Number(text);
  throw new InvalidArgumentError(`Expected ${portForm}.`);
}

function keys(text: string, before: readonly string[]): readonly string[] {
  if (isHostKey(text)) return [...before, text];
  throw new InvalidArgumentError('Expected a fingerprint such as SHA256:… of 43 characters.');
}
