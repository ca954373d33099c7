import { type Command, InvalidArgumentError } from 'commander';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { hostForm, isHost, isHostKey, isPort, portForm } from '../../../shared/input/names.ts';
import { type CertifyOrder, certifyOrder } from '../../../shared/certify-protocol.ts';
import type { Refusal } from '../../refusal.ts';
import { certifyMachine } from '../processes/certify.ts';
import { confirm } from '../client/confirm.ts';
import { exitCodes } from '../exit-codes.ts';
import { dataDirOf, type GlobalOptions, print, showRefusal } from '../client/session.ts';
import { certifiedLines, pointLines } from '../render/certify.ts';
import { safe, viewOf } from '../render/view.ts';

interface CertifyOptions extends GlobalOptions {
  readonly port?: number;
  readonly hostKey: readonly string[];
  readonly product?: string;
  readonly directory?: string;
  readonly file?: string;
  readonly service?: string;
  readonly folder: string;
  readonly restart?: boolean;
  readonly readOnly?: boolean;
  readonly yes?: boolean;
}

export function addCertifyCommand(program: Command): void {
  program
    .command('certify <host>')
    .description(
      'try out on one machine, which you can spare, what servpack expects of every client, and say which points hold there. ' +
        'IT CHANGES THE MACHINE and puts back what it changed; asks for the name of the host',
    )
    .option('--service <name>', 'a running service that may be stopped, moved to another folder, and back')
    .option('--restart', 'the machine may be restarted, twice')
    .option('--read-only', 'try only what changes nothing, and do not ask')
    .option('--yes', 'do not ask')
    .option('--port <n>', 'where its OpenSSH listens (default: as SERVPACK_SSH_CONFIG says)', port)
    .option(
      '--host-key <key>',
      'a fingerprint of which it must show one (SHA256:…); again for more',
      keys,
      [],
    )
    .option('--product <product>', 'look for this product, as upgrades do')
    .option('--directory <path>', 'look at this folder of the machine (default: the one with its hosts file)')
    .option('--file <name>', 'a file in there, which is only read')
    .option('--folder <path>', 'is made, and gone afterwards', 'C:\\ServpackCertify')
    .addHelpText(
      'after',
      '\nNeeds no orchestrator. The way to the machine is SERVPACK_GATEWAY (default: ssh) with SERVPACK_SSH_CONFIG, as for a worker.' +
        '\n\nExamples:\n  servpack certify spare-pc.example --read-only\n  servpack certify spare-pc.example --service Spooler --restart',
    )
    .action(async (host: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CertifyOptions>();
      const done = await certify(host, options);
      if (!done.ok) showRefusal(done.error, options.json === true);
    });
}

async function certify(host: string, options: CertifyOptions): Promise<Result<void, Refusal>> {
  const order = orderOf(host, options);
  if (!order.ok) return order;
  const { changes } = order.value;
  const asked = changes ? await confirm(questionOf(order.value), options.yes === true) : ok(undefined);
  if (!asked.ok) return asked;
  const json = options.json === true;
  const view = viewOf(process.stdout);
  const env = { ...process.env, SERVPACK_DATA: dataDirOf(options, process.env) };
  const done = await certifyMachine(env, order.value, {
    begun: (system) => {
      if (!json) print([`${safe(host)}: ${safe(system ?? 'it does not say which Windows it is')}`]);
    },
    found: (point) => {
      if (!json) print(pointLines(view, point));
    },
  });
  if (!done.ok) return done;
  print(json ? [JSON.stringify({ host, ...done.value }, null, 2)] : certifiedLines(host, done.value));
  if (done.value.differ > 0 || done.value.left.length > 0) process.exitCode = exitCodes.refused.code;
  return ok(undefined);
}

function orderOf(host: string, options: CertifyOptions): Result<CertifyOrder, Refusal> {
  if (!isHost(host)) return err(fault('input.host', `${JSON.stringify(host)} is not ${hostForm}`));
  const { service, restart = false, readOnly = false, product, directory, file, folder } = options;
  if (readOnly && (service !== undefined || restart))
    return err(fault('input.certify', '--read-only changes nothing: not with --service or --restart'));
  const order = certifyOrder.safeParse({
    host,
    port: options.port ?? null,
    hostKeys: options.hostKey,
    product: product ?? null,
    directory: directory ?? null,
    file: file ?? null,
    service: service ?? null,
    folder,
    changes: !readOnly,
    restart,
  });
  if (order.success) return ok(order.data);
  const [issue] = order.error.issues;
  return err(fault('input.certify', `--${String(issue?.path[0])}: ${issue?.message ?? 'is not valid'}`));
}

/** What will be done to the machine, before it is. */
function questionOf({ host, service, folder, restart }: CertifyOrder) {
  return {
    lines: [
      `This CHANGES ${host}. Take a machine that you can spare, and none that is in a campaign.`,
      `- %SystemRoot%\\servpack is made and stays: the guard by which servpack knows whose turn it is. ${folder} is made, and gone afterwards.`,
      service === null
        ? '- No service is touched (--service NAME would stop, move and start one).'
        : `- ${service} is stopped and started several times, set to manual, and moved to ${folder} and back.`,
      restart
        ? '- The machine is restarted twice, also while a user is logged on.'
        : '- It is not restarted (--restart).',
    ],
    answer: host,
    verb: 'try it out',
    instead: 'servpack certify --read-only changes nothing',
  };
}

function port(text: string): number {
  if (isPort(text)) return Number(text);
  throw new InvalidArgumentError(`Expected ${portForm}.`);
}

function keys(text: string, before: readonly string[]): readonly string[] {
  if (isHostKey(text)) return [...before, text];
  throw new InvalidArgumentError('Expected a fingerprint such as SHA256:… of 43 characters.');
}
