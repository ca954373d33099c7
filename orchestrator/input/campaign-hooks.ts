import type { CampaignHooks, HookCommand } from '../../shared/domain/campaign/hooks.ts';
import { across, either, field, list, section, text } from '../../shared/input/fields.ts';
import { show } from '../../shared/input/input-fault.ts';
import { duration } from '../../shared/input/quantities.ts';
import { isGroup } from './rule-cases.ts';

/** The program is a file of the folder of hooks, so a path is refused. */
const program = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const nameForm =
  'the file name of a program of the folder SERVPACK_HOOKS, without a path, such as "open-ticket"';
const runForm =
  'a list of a program of the folder SERVPACK_HOOKS, by its file name, and its arguments, such as [open-ticket, urgent]';
const hookForm = 'a group of keys such as { run: [open-ticket, urgent] }';

const run = across(list(text(), runForm), (found, blame) => {
  if (!Array.isArray(found)) return;
  const [first] = found;
  if (first === undefined) blame([], 'is an empty list', runForm);
  else if (typeof first === 'string' && !program.test(first)) blame([0], `is ${show(first)}`, nameForm);
});

const command = section({
  run,
  timeout: duration(1_000).default(60_000),
  retryAfter: duration(1_000).default(300_000),
}).transform((found): HookCommand => ({
  run: found.run,
  timeoutMs: found.timeout,
  retryMs: found.retryAfter,
}));

const noGroup = field(hookForm, (): HookCommand | undefined => undefined);

const hook = () => either(isGroup, command, noGroup).optional();

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
