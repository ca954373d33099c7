const isAll = process.env['SERVPACK_TEST_SEEDS'] === 'all';

/**
 * How many random runs a test tries. `npm test` tries a share of them, `npm run test:seeds` all.
 * @param share a third when left out
 */
export const runsOf = (all: number, share = Math.ceil(all / 3)): number => (isAll ? all : share);
