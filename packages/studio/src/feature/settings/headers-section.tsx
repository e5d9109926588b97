import { PlusIcon } from '@radix-ui/react-icons'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { fetchStanding, probe, type Standing } from '../../api/identity.js'
import { getSession, headerRecord, saveHeaders, type Header } from '../../session/session.js'
import { Button } from '../../ui/button.js'
import { Checkbox } from '../../ui/checkbox.js'
import { Notice } from '../../ui/notice.js'
import { Refusal } from '../../ui/refusal.js'
import { Section } from '../../ui/section.js'
import { useNow } from '../../ui/use-now.js'
import { HeaderRowFields } from './header-row-fields.js'
import { headersOf, problemsOf, type HeaderRow } from './header-rows.js'

function toRows(headers: readonly Header[]): readonly HeaderRow[] {
  return headers.map((header, key) => ({ ...header, key }))
}

/** Asks the server whether it accepts the saved headers. */
async function checkSaved(): Promise<Standing> {
  const session = getSession()
  const headers = headerRecord(session)
  if (session.headers.length > 0) await probe(headers)
  return fetchStanding(headers)
}

function Outcome({ standing }: { readonly standing: Standing }) {
  if (!standing.isAuthEnabled) {
    return <Notice tone="success" title="Saved. This server needs no token." />
  }
  const { identity } = standing
  return identity ? (
    <Notice tone="success" title={`Saved. You are signed in as ${identity.id}.`} />
  ) : (
    <Notice tone="warning" title="Saved. This server shows nothing without a token." />
  )
}

/** The form for the headers of every request. */
export function HeadersSection() {
  const session = getSession()
  const [rows, setRows] = useState(() => toRows(session.headers))
  const [isRemembered, setIsRemembered] = useState(session.isRemembered)
  const [fresh, setFresh] = useState<number>()
  const [isTried, setIsTried] = useState(false)
  const now = useNow()
  const check = useMutation({ mutationFn: checkSaved })
  const problems = rows.map((row) => problemsOf(row, rows))
  const hasProblem = problems.some((problem) => Object.keys(problem).length > 0)

  const change = (next: readonly HeaderRow[]) => {
    setRows(next)
    setIsTried(false)
    check.reset()
  }
  const add = () => {
    const key = Math.max(0, ...rows.map((row) => row.key + 1))
    setFresh(key)
    change([...rows, { key, name: '', value: '' }])
  }
  const save = () => {
    setIsTried(true)
    if (hasProblem) return
    saveHeaders(headersOf(rows), isRemembered)
    check.mutate()
  }
  return (
    <Section
      title="Headers"
      description="The Studio sends them with every request, and only to this server."
      actions={
        <Button size="small" onClick={add}>
          <PlusIcon aria-hidden />
          Add Header
        </Button>
      }
    >
      <datalist id="header-names">
        <option value="Authorization" />
      </datalist>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        {rows.length === 0 ? (
          <p className="text-muted">
            No header yet. Add <span className="font-mono text-xs">Authorization</span> with{' '}
            <span className="font-mono text-xs">Bearer &lt;your-jwt&gt;</span>.
          </p>
        ) : (
          <ul className="flex flex-col gap-3">
            {rows.map((row, index) => (
              <HeaderRowFields
                key={row.key}
                row={row}
                now={now}
                problems={isTried ? (problems[index] ?? {}) : {}}
                isFresh={row.key === fresh}
                onChange={(next) => change(rows.map((old) => (old.key === row.key ? next : old)))}
                onRemove={() => change(rows.filter(({ key }) => key !== row.key))}
              />
            ))}
          </ul>
        )}
        {check.data && <Outcome standing={check.data} />}
        {check.error !== null && <Refusal error={check.error} />}
        <div className="flex flex-wrap items-center justify-between gap-3">
          <Checkbox
            label="Remember in this browser"
            hint="Otherwise they are removed when this tab closes."
            checked={isRemembered}
            onChange={(event) => {
              setIsRemembered(event.target.checked)
              check.reset()
            }}
          />
          <Button type="submit" kind="primary" className="ml-auto">
            Save
          </Button>
        </div>
      </form>
    </Section>
  )
}
