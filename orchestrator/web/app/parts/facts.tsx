import type { ComponentChildren, JSX } from 'preact';

/** A name and what there is to say about it; null = nothing. */
export type Fact = readonly [name: string, says: ComponentChildren] | null;

export const Facts = ({ of }: { readonly of: readonly Fact[] }): JSX.Element => (
  <dl class="facts">
    {of.map((fact, at) =>
      fact === null ? null : (
        <div key={at}>
          <dt>{fact[0]}</dt>
          <dd>{fact[1]}</dd>
        </div>
      ),
    )}
  </dl>
);
