import fc from 'fast-check';

/**
 * How many hostile inputs this run tries, and from which seed: a few thousand within `npm test`,
 * as many as wanted with `npm run test:fuzz -- --cases N --seed S`. Every test takes its share of
 * them.
 */
const defaultCases = 5_000;

/** Shares of all cases in thousandths; what costs least per case gets most of them. */
export const shares = {
  smsIni: 58,
  csdver: 40,
  smsrun32: 56,
  loadEntry: 40,
  clientLook: 70,
  evidence: 30,
  campaignFile: 100,
  releaseFile: 60,
  profileFile: 60,
  fleetFile: 84,
  bytes: 30,
  http: 230,
  checkIn: 30,
  rawHttp: 12,
  gateway: 30,
  fleetServer: 20,
  commandLine: 50,
} as const;

export type Share = keyof typeof shares;

const environment = (name: string): string | undefined => {
  const value = process.env[`SERVPACK_FUZZ_${name}`];
  return value === '' ? undefined : value;
};

export const allCases = Number(environment('CASES') ?? defaultCases);
export const seed = Number(environment('SEED') ?? 1);

export const casesOf = (share: Share): number => Math.max(5, Math.round((allCases * shares[share]) / 1_000));

/** What to type to see a failing case again; the path leads straight to the smallest one. */
const replay = (name: Share, path: string | null): string =>
  `npm run test:fuzz -- --cases ${allCases} --seed ${seed} --only ${name} --path ${path ?? ''}`;

function report<T>(name: Share, details: fc.RunDetails<T>): void {
  if (!details.failed) return;
  const because = fc.defaultReportMessage(details) ?? '';
  throw new Error(`${because}\n\nreplay: ${replay(name, details.counterexamplePath)}`, {
    cause: details.errorInstance,
  });
}

function parameters<T>(name: Share): fc.Parameters<T> {
  const path = environment('PATH');
  return { seed, numRuns: casesOf(name), ...(path === undefined ? {} : { path, endOnFailure: true }) };
}

/** Tries this share's cases; a failure names the smallest counterexample and how to replay it. */
export const assertAll = <T>(name: Share, property: fc.IProperty<T>): void =>
  report(name, fc.check(property, parameters<T>(name)));

export const assertAllAsync = async <T>(name: Share, property: fc.IAsyncProperty<T>): Promise<void> =>
  report(name, await fc.check(property, parameters<T>(name)));
