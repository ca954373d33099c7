import packageJson from '../package.json' with { type: 'json' };

/** The version of this servpack, as every audit entry names it. */
export const servpackVersion: string = packageJson.version;
