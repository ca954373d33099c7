import { type Command, InvalidArgumentError } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { connect, dataDirOf, type GlobalOptions, printJson, printValue } from '../client/session.ts';
import { doctorLines } from '../render/doctor.ts';

interface DoctorOptions {
  readonly sample: number;
  readonly seed: string;
}

const withinMs = 60_000;

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'check that everything is ready for a campaign; changes nothing, and works also if the orchestrator or Redis is down',
    )
    .option('--sample <n>', 'number of clients to look at, 0 to 1000', sample, 20)
    .option('--seed <text>', 'the same text chooses the same clients again', 'doctor')
    .addHelpText(
      'after',
      '\nExit code 0: no problem found; 6: only warnings; 1: something is broken.\n\nExamples:\n  servpack doctor\n  REDIS_URL=redis://redis.example:6379 servpack doctor --sample 100',
    )
    .action(async ({ sample: count, seed }: DoctorOptions, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { examine } = await import('../doctor/examine.ts');
      const drawing = { sample: count, seed, withinMs };
      const api = await connect(options, process.env);
      const checks = await examine(api, process.env, dataDirOf(options, process.env), drawing);
      const has = (state: string): boolean => checks.some((check) => check.state === state);
      const { ok, warnings, refused } = exitCodes;
      process.exitCode = (has('broken') ? refused : has('warning') ? warnings : ok).code;
      if (options.json === true) printJson({ checks });
      else printValue(checks, doctorLines);
    });
}

function sample(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) <= 1_000) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 0 to 1000.');
}
