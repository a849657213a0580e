import {
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useNarrow } from './useNarrow';

const useStyles = makeStyles({
  table: {
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusLarge,
  },
  cell: { paddingBlock: tokens.spacingVerticalS, overflowWrap: 'anywhere' },
  cards: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: tokens.spacingVerticalM,
  },
  card: {
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    padding: tokens.spacingHorizontalM,
    margin: 0,
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: tokens.spacingVerticalS,
  },
  fact: {
    display: 'grid',
    gridTemplateColumns: 'minmax(110px, 35%) minmax(0, 1fr)',
    columnGap: tokens.spacingHorizontalS,
    alignItems: 'center',
  },
  term: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  value: { margin: 0, overflowWrap: 'anywhere', minWidth: 0 },
});

export interface Column<Row> {
  key: string;
  title: string;
  cell(row: Row): ReactNode;
  /** Share of the width; a CSS width for the column. */
  width?: string;
}

/** A table of rows; on a narrow window a card for each row with the same facts, or what `card` draws. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  card,
}: {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey(row: Row): string;
  card?(row: Row): ReactNode;
}) {
  const styles = useStyles();
  const narrow = useNarrow();
  if (narrow) {
    return (
      <ul className={styles.cards} aria-label={label}>
        {rows.map((row) => (
          <li key={rowKey(row)} data-row={rowKey(row)}>
            {card ? (
              <div className={styles.card}>{card(row)}</div>
            ) : (
              <dl className={styles.card}>
                {columns.map((column) => (
                  <div key={column.key} className={styles.fact}>
                    <dt className={styles.term}>{column.title}</dt>
                    <dd className={styles.value}>{column.cell(row)}</dd>
                  </div>
                ))}
              </dl>
            )}
          </li>
        ))}
      </ul>
    );
  }
  return (
    <Table aria-label={label} className={styles.table}>
      <TableHeader>
        <TableRow>
          {columns.map((column) => (
            <TableHeaderCell key={column.key} style={{ width: column.width }}>
              {column.title}
            </TableHeaderCell>
          ))}
        </TableRow>
      </TableHeader>
      <TableBody>
        {rows.map((row) => (
          <TableRow key={rowKey(row)} data-row={rowKey(row)}>
            {columns.map((column) => (
              <TableCell key={column.key} className={styles.cell}>
                {column.cell(row)}
              </TableCell>
            ))}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
