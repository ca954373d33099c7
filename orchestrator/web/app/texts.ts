import { many, number } from '../../views/numbers.ts';
import { supplyTexts } from './texts-supply.ts';
import { campaignTexts } from './texts-campaign.ts';

/** Every text of the page that the orchestrator does not write itself. */

const list = (roles: readonly string[]): string =>
  roles.length < 2 ? roles.join('') : `${roles.slice(0, -1).join(', ')} or ${roles.at(-1) ?? ''}`;

const asReached = (clients: number, what: string, left: number): string =>
  `${many(clients, 'client')} ${what} as soon as each can be reached.${left === 0 ? '' : ` ${number(left)} left out.`}`;

export const texts = {
  ...supplyTexts,
  ...campaignTexts,
  product: 'servpack',
  skip: 'Skip to the content',
  nav: {
    main: 'Screens',
    overview: 'Overview',
    campaigns: 'Campaigns',
    clients: 'Clients',
    blockers: 'Blockers',
    approvals: 'Approvals',
    releases: 'Releases',
    fleet: 'Fleet',
    audit: 'Audit',
    settings: 'Settings',
    more: 'More',
  },
  live: {
    connecting: 'connecting',
    live: 'live',
    polled: 'not live: read every 5 s',
    lost: (since: string, seconds: number) =>
      seconds > 0 ? `lost ${since}, trying again in ${seconds} s` : `lost ${since}, trying again`,
    frozen: (since: string, changes: number) => `frozen ${since}, ${many(changes, 'change')}`,
    stale: (since: string) => `The orchestrator does not answer. What you see is as of ${since}.`,
    freeze: 'Freeze the view (p)',
    goOn: 'Go on (p)',
  },
  zone: {
    label: 'Time zone',
    mine: 'My zone',
    utc: 'UTC',
  },
  theme: { label: 'Colours', system: 'As the system', light: 'Light', dark: 'Dark' },
  signIn: {
    title: 'Sign in',
    says: 'Paste a token of this orchestrator, or open the link that "servpack open" prints.',
    spent: 'This link was used already, or is too old.',
    token: 'Token',
    button: 'Sign in',
    signOut: 'Sign out',
    with: (provider: string) => `Sign in with ${provider}`,
    again: 'You were signed out.',
  },
  wider: (words: string) => `Needs a wider token; yours is for ${words}.`,
  may: (roles: readonly string[], mine: string) => `Needs ${list(roles)}; you are ${mine}.`,
  overview: {
    title: 'Overview',
    needs: 'Needs a person',
    calm: 'Nothing needs a person.',
    calmMore: 'servpack goes on by itself.',
    running: 'Running',
    next: 'What comes',
    nothingNext: 'Nothing is scheduled.',
    over: 'Ended',
  },
  first: {
    title: 'The first campaign in three steps',
    says: 'Each step can be done here or by command.',
    steps: [
      [
        'Import the fleet',
        'A CSV file with a line for each client.',
        'servpack fleet import fleet.csv',
        'in the fleet',
      ],
      [
        'Stage a release',
        'Its upgrade command runs, and its files are read.',
        'servpack release stage release.yaml',
        'staged',
      ],
      [
        'Create a campaign',
        'Plan it first: a plan changes nothing.',
        'servpack campaign create campaign.yaml',
        '',
      ],
    ] as const,
  },
  blockers: {
    title: 'Blockers',
    hint: 'Ranked by the clients that go on once it is gone.',
    none: 'Nothing blocks a client.',
    noneHint: 'A look names what stands in the way.',
    look: 'servpack look --fleet',
    everyCampaign: 'Every campaign',
    columns: ['Blocker', 'Go on without it', 'Blocked now', 'Ever met'] as const,
    copy: 'Copy as a ticket',
    ticket: (blocker: string, alone: number, blocks: number) =>
      `Please stop or move ${blocker} on ${many(blocks, 'client')}: it keeps the upgrade from replacing its files. ${many(alone, 'client')} can be upgraded once it is gone.`,
  },
  approvals: {
    title: 'Approvals',
    none: 'No question waits for a person.',
    now: 'Now:',
    noneHint: 'Campaigns ask where their file says so.',
    since: 'Asked',
    expires: 'Expires',
    expired: 'It has expired.',
    never: 'It does not expire.',
    otherwise: 'and without an answer',
    onExpiry: {
      approve: 'it is approved',
      pause: 'the campaign pauses',
      reject: 'it is rejected',
    } as Readonly<Record<string, string>>,
    by: {
      anyone: 'Anyone with the right may answer.',
      another: 'Another person must answer.',
    } as Readonly<Record<string, string>>,
    own: 'You asked for this, so another person must approve it.',
  },
  settings: {
    title: 'Settings',
    page: 'This browser',
    checks: 'Checks of this servpack',
    reference: 'Reference of the API',
  },
  actions: {
    start: 'Start…',
    pause: 'Pause…',
    resume: 'Resume…',
    abort: 'Abort…',
    retry: 'Retry…',
    skip: 'Skip…',
    undo: 'Move services back…',
    unmark: 'Take marks back…',
    halt: 'Halt everything…',
    unhalt: 'End the halt…',
    approve: 'Approve…',
    reject: 'Reject…',
    retract: 'Take back…',
    look: 'Look now',
  },
  ask: {
    cancel: 'Cancel',
    close: 'Close',
    reason: 'Reason',
    optional: 'optional',
    type: (answer: string) => `Type ${answer} to confirm`,
    pause: (active: number) =>
      [
        'Nothing new begins within a second.',
        active === 0
          ? 'No client has work in progress.'
          : `Work in progress on ${many(active, 'client')} is completed.`,
      ] as const,
    marked: (count: number) =>
      `${many(count, 'client')} ${count === 1 ? 'is marked and installs' : 'are marked and install'} at the next logon all the same.`,
    undoPause: 'Undo: resume the campaign.',
    halt: (campaigns: number) =>
      [
        `Nothing new begins on any client of ${many(campaigns, 'campaign')}, within a second. Work in progress is completed.`,
        'Undo: end the halt.',
      ] as const,
    unhalt: 'Running campaigns go on. Paused campaigns stay paused.',
    resume: 'Its clients go on, within the budgets and windows of the campaign.',
    override: (by: string) => `${by} has stopped it. Resume it all the same`,
    retry: (failed: number, attention: number) =>
      [
        `${number(failed)} failed and ${number(attention)} that ${attention === 1 ? 'needs' : 'need'} attention are tried again, with new budgets.`,
        'An ended campaign runs again.',
      ] as const,
    retryClient: 'The client is tried again, as its next attempt, with new budgets.',
    skipClient: 'The client is left out of the campaign. Nothing more happens to it.',
    undoClient: 'The service that servpack has moved goes back to its path.',
    rejectCommand: 'Nothing is done.',
    first: 'Ask for approval',
    reject: 'A wave stays closed and the campaign pauses; a client goes on without the step.',
    working: 'Working…',
  },
  done: {
    copied: 'Copied.',
    failed: 'Nothing was changed',
    asked: (id: string) => `Nothing was done yet: ${id} waits for the approval of another person.`,
    unmarked: (count: number, left: number) => `The marks of ${asReached(count, 'are taken back', left)}`,
    undone: (count: number, left: number) => `The services of ${asReached(count, 'go back', left)}`,
    unhalted: 'The halt is over.',
    halted: 'Everything is halted. Nothing new begins.',
  },
  palette: {
    title: 'Go to',
    placeholder: 'Campaign, client or screen',
    campaign: 'campaign',
    screen: 'screen',
    client: 'client',
  },
  keys: {
    title: 'Keys',
    rows: [
      ['Ctrl K', 'go to a screen, a campaign or a client'],
      ['g o · g c · g m', 'overview · campaigns · clients'],
      ['g b · g a · g r', 'blockers · approvals · releases'],
      ['g f · g u · g s', 'fleet · audit · settings'],
      ['g w', 'wall'],
      ['j · k', 'next and previous row'],
      ['Shift j · Shift k', 'select rows on the way'],
      ['Shift Space', 'select every row from the last one'],
      ['Enter', 'open the row'],
      ['/', 'filter'],
      ['p', 'freeze the view, and go on'],
      ['?', 'these keys'],
      ['Esc', 'close'],
    ] as const,
  },
  wall: {
    title: 'Wall',
    open: 'For a wall',
    finished: 'finished',
    notOk: 'not ok',
    ends: 'ends',
    of: (settled: string, size: string) => `${settled} of ${size}`,
    paused: (by: string, because: string) => `Paused by ${by}: ${because}`,
    halted: (by: string) => `Halted by ${by}`,
    stale: (since: string) => `Stale since ${since}: the orchestrator does not answer`,
    notKnown: 'not known yet',
    nothing: 'No campaign runs',
    calm: 'Nothing needs a person',
    needs: (count: number) =>
      count === 1 ? 'One thing needs a person' : `${number(count)} things need a person`,
    turn: (at: number, of: number) => `${at} of ${of}`,
  },
  notFound: { title: 'There is no such screen', back: 'To the overview' },
  loading: 'Loading',
  empty: '–',
} as const;
