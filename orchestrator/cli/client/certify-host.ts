import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { hostForm, isHost } from '../../../shared/input/names.ts';
import { type CertifyOrder, certifyOrder } from '../../../shared/certify-protocol.ts';
import type { Refusal } from '../../refusal.ts';
import { certifyEnvironment } from '../../child-environment.ts';
import { certifyMachine } from '../processes/certify.ts';
import { exitCodes } from '../exit-codes.ts';
import { certifiedLines, pointLines } from '../render/certify.ts';
import { safe, viewOf } from '../render/view.ts';
import { confirm } from './confirm.ts';
import { dataDirOf, type GlobalOptions, print, printJson } from './session.ts';

export interface CertifyOptions extends GlobalOptions {
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

/** Tests one machine as the options say, and prints each point. */
export async function certify(host: string, options: CertifyOptions): Promise<Result<void, Refusal>> {
  const order = orderOf(host, options);
  if (!order.ok) return order;
  const { changes } = order.value;
  const confirmed = changes
    ? await confirm(confirmationOf(order.value), options.yes === true)
    : ok(undefined);
  if (!confirmed.ok) return confirmed;
  const json = options.json === true;
  const view = viewOf(process.stdout);
  const env = certifyEnvironment({ ...process.env, SERVPACK_DATA: dataDirOf(options, process.env) });
  const done = await certifyMachine(env, order.value, {
    begun: (system) => {
      if (!json) print([`${safe(host)}: ${safe(system ?? 'Windows version unknown')}`]);
    },
    found: (point) => {
      if (!json) print(pointLines(view, point));
    },
  });
  if (!done.ok) return done;
  if (json) printJson({ host, ...done.value });
  else print(certifiedLines(host, done.value));
  if (done.value.differ > 0 || done.value.left.length > 0) process.exitCode = exitCodes.refused.code;
  return ok(undefined);
}

function orderOf(host: string, options: CertifyOptions): Result<CertifyOrder, Refusal> {
  if (!isHost(host)) return err(fault('input.host', `${JSON.stringify(host)} is not ${hostForm}`));
  const { service, restart = false, readOnly = false, product, directory, file, folder } = options;
  if (readOnly && (service !== undefined || restart))
    return err(
      fault(
        'input.certify',
        '--read-only cannot be used with --service or --restart, because it changes nothing',
      ),
    );
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

/** What will be done to the machine. */
function confirmationOf({ host, service, folder, restart }: CertifyOrder) {
  return {
    lines: [
      `This CHANGES ${host}. Use a spare machine that is in no campaign.`,
      `- The folder %SystemRoot%\\servpack is created and stays: with it servpack makes sure that only one worker changes the machine. ${folder} is created, and removed afterwards.`,
      service === null
        ? '- No service is changed (--service NAME would stop, move and start one).'
        : `- ${service} is stopped and started several times, set to manual, and moved to ${folder} and back. Running services that depend on it are stopped before it and started again after it.`,
      restart
        ? '- The machine is restarted twice, even if users are logged on.'
        : '- The machine is not restarted (--restart would restart it).',
    ],
    answer: host,
    verb: 'start the test',
    alternative: 'servpack certify --read-only changes nothing',
  };
}
