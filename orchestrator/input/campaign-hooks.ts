import type { CampaignHooks, HookCommand } from '../../shared/domain/campaign/hooks.ts';
import { list, section, text } from '../../shared/input/fields.ts';
import { duration } from '../../shared/input/quantities.ts';

/** The program is a file of the folder of hooks, so a path is refused. */
const program = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const programForm = 'a program of the folder SERVPACK_HOOKS, by its file name, and its arguments';

const hook = () =>
  section({
    run: list(text(), programForm).refine(([first = '']) => program.test(first), { message: programForm }),
    timeout: duration(1_000).default(60_000),
    retryAfter: duration(1_000).default(300_000),
  })
    .transform(({ run, timeout, retryAfter }): HookCommand => ({
      run,
      timeoutMs: timeout,
      retryMs: retryAfter,
    }))
    .optional();

/** Commands before and after a campaign, its waves and its clients. */
export const hooksSection = section({
  beforeCampaign: hook(),
  beforeWave: hook(),
  beforeClient: hook(),
  afterClient: hook(),
  afterWave: hook(),
  afterCampaign: hook(),
})
  .transform((hooks): CampaignHooks =>
    Object.fromEntries(Object.entries(hooks).filter(([, command]) => command !== undefined)),
  )
  .optional();

/** Left out where the file names no command. */
export const toHooks = (hooks: CampaignHooks | undefined): { readonly hooks?: CampaignHooks } =>
  hooks === undefined || Object.keys(hooks).length === 0 ? {} : { hooks };
