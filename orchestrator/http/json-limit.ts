/** How large the JSON of a file may be. It writes a line end as two characters; 1.25 leaves room for that and for quotes. */
export const jsonLimit = (bytes: number): number => Math.ceil(bytes * 1.25);
