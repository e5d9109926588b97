import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { AuditQuery, AuditStore, StoredAuditRecord } from '@signet/core'
import { viewAuditRecord } from '@signet/server/internal'
import { enterProject } from '../project/environment.js'
import { type Io, writeLine } from '../terminal/io.js'
import { printableJson } from '../terminal/printable.js'
import { openStoredProject } from '../project/stored-project.js'
import { withProjectStore } from '../project/project-store.js'
import { parsePastTime } from '../flag/past-time.js'
import { tableLines } from '../terminal/table.js'

/** Flags of `signet audit`. */
export interface AuditOptions {
  readonly since?: string
  readonly until?: string
  readonly sub?: string
  readonly code?: string
  readonly request?: string
  readonly json?: boolean
}

const PAGE = 1000

function toFilters(options: AuditOptions): Omit<AuditQuery, 'limit'> {
  const { since, until, sub, code, request } = options
  const now = Date.now()
  return {
    from: since === undefined ? undefined : parsePastTime(since, '--since', now),
    to: until === undefined ? undefined : parsePastTime(until, '--until', now),
    subject: sub,
    code,
    requestId: request,
  }
}

/** Yields all records in pages, newest first. */
async function* readPages(
  store: AuditStore,
  filters: Omit<AuditQuery, 'limit'>,
): AsyncGenerator<readonly StoredAuditRecord[]> {
  let before: number | undefined
  for (;;) {
    const page = await store.list({ ...filters, before, limit: PAGE })
    yield page
    before = page.at(-1)?.sequence
    if (page.length < PAGE) return
  }
}

/**
 * Writes a text, and waits while the reader is slower.
 * @returns whether the reader is still there
 */
async function writePage(stream: Writable, text: string): Promise<boolean> {
  if (!stream.writable) return false
  if (!stream.write(text)) {
    const left = new AbortController()
    const { signal } = left
    await Promise.race([
      once(stream, 'drain', { signal }),
      once(stream, 'close', { signal }),
    ]).catch(() => undefined)
    left.abort()
  }
  return stream.writable
}

const HEAD = ['WHEN', 'WHO', 'WHAT', 'DECISION', 'STATUS', 'TOOK', 'REQUEST']

function toRow(record: StoredAuditRecord): readonly string[] {
  const { at, subject, action, resource, allowed, code, status, durationMs, requestId, count } =
    viewAuditRecord(record)
  return [
    at,
    `${subject ?? 'no valid token'}${count > 1 ? ` × ${count}` : ''}`,
    [action, resource].filter(Boolean).join(' '),
    [allowed ? 'allowed' : 'refused', code].filter(Boolean).join(' '),
    String(status),
    `${durationMs} ms`,
    requestId ?? '',
  ]
}

/** Formats a page as JSON lines, or as a table whose first page has the names of the columns. */
function toLines(
  page: readonly StoredAuditRecord[],
  { isTable, isFirst }: { readonly isTable: boolean; readonly isFirst: boolean },
): readonly string[] {
  if (!isTable) return page.map((record) => printableJson(viewAuditRecord(record)))
  return tableLines([...(isFirst ? [HEAD] : []), ...page.map(toRow)])
}

/**
 * Prints the audit records, newest first: as a table on a terminal, otherwise as JSON lines. Standard error says so where
 * there are none.
 */
export async function runAudit(directory: string, options: AuditOptions, io: Io): Promise<void> {
  const filters = toFilters(options)
  // A pipe gets JSON lines: a program reads them.
  const isTable = options.json !== true && 'isTTY' in io.stdout && io.stdout.isTTY === true
  const project = openStoredProject(directory)
  enterProject(directory)
  await withProjectStore(project, async ({ audit }) => {
    let isFirst = true
    for await (const page of readPages(audit, filters)) {
      const lines = toLines(page, { isTable, isFirst })
      if (isFirst && page.length === 0) {
        writeLine(io.stderr, 'There are no audit records that the flags of this command match.')
      }
      isFirst = false
      if (!(await writePage(io.stdout, lines.map((line) => `${line}\n`).join('')))) return
    }
  })
}
