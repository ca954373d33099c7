import {
  type Permission,
  permissions,
  type Role,
  roles,
} from '../../orchestrator/http/contract/permissions.ts';

/** What each permission is for, in the words of the docs. */
const means: Readonly<Record<Permission, string>> = {
  see: 'read campaigns, clients, releases, blockers, forecasts and the preflight',
  stop: 'halt, pause, hold, cancel a survey',
  goOn: 'resume, release held servers, end the halt; of another person with `override`',
  run: 'plan, create, start, retry, skip, look, limit a logon server, schedules, messages',
  change: 'abort, withdraw, unmark, undo, edit and revert a campaign',
  answer: 'answer the questions that wait for a person',
  supply: 'import the fleet, remove clients, stage releases',
  administer: 'tokens, sessions, check-in tokens, the board of the queues',
  audit: 'export and verify the audit, read evidence',
};

/** The table of `docs/api.md`, made of the permissions. */
export function rolesTable(): string {
  const rows = (Object.keys(permissions) as Permission[]).map((each) => {
    const cells = roles.map((role) =>
      (permissions[each] as readonly Role[]).includes(role) ? ' ✓ ' : '   ',
    );
    return `| \`${each}\` | ${means[each]} |${cells.join('|')}|`;
  });
  return [
    `| permission | may | ${roles.join(' | ')} |`,
    `|---|---|${roles.map(() => '---').join('|')}|`,
    ...rows,
  ].join('\n');
}
