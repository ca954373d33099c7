import type { JSX } from 'preact';

interface SparkProps {
  readonly values: readonly number[];
  /** The largest value in words. */
  readonly label: (most: number) => string;
}

const height = 10;

/** Numbers one after the other, as bars in a cell of a table. */
export function Spark({ values, label }: SparkProps): JSX.Element {
  const most = Math.max(...values);
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${values.length} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label(most)}
    >
      {values.map((value, at) =>
        value === 0 ? null : (
          <rect
            key={at}
            x={at}
            width={0.8}
            y={height - Math.max(1, (value / most) * height)}
            height={height}
          />
        ),
      )}
    </svg>
  );
}
