import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { fetchStanding } from '../../api/identity.js'
import { IS_OF_PROXY, PAGE_PREFIX, PAGE_SERVER } from '../../session/page-settings.js'
import { getSession, saveConnection } from '../../session/session.js'
import { Button } from '../../ui/button.js'
import { InlineCode } from '../../ui/code.js'
import { Field } from '../../ui/field.js'
import { Input } from '../../ui/input.js'
import { Notice } from '../../ui/notice.js'
import { Refusal } from '../../ui/refusal.js'
import { Section } from '../../ui/section.js'
import { baseUrlProblem, isForeign, normalize, prefixProblem } from './connection.js'

/** The form for the server that the Studio talks to. */
export function ConnectionSection() {
  const [connection, setConnection] = useState(getSession)
  const check = useMutation({ mutationFn: () => fetchStanding() })
  const { baseUrl, prefix } = connection
  const problems = [baseUrlProblem(baseUrl), prefixProblem(prefix)]
  const isAtHome = baseUrl.trim() === '' && prefix.trim() === PAGE_PREFIX

  const change = (changes: Partial<typeof connection>) => {
    setConnection({ ...connection, ...changes })
    check.reset()
  }
  const apply = (next: { readonly baseUrl: string; readonly prefix: string }) => {
    saveConnection(next.baseUrl, next.prefix)
    setConnection(getSession())
    check.mutate()
  }
  return (
    <Section
      title="Connection"
      description="By default the Studio talks to the server that serves it."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (problems.every((problem) => problem === undefined)) {
            apply(normalize(connection, PAGE_SERVER))
          }
        }}
      >
        <div className="grid gap-3 sm:grid-cols-[1fr_11rem]">
          <Field label="Base URL" error={problems[0]}>
            {(props) => (
              <Input
                {...props}
                type="url"
                inputMode="url"
                placeholder={PAGE_SERVER}
                value={baseUrl}
                onChange={(event) => change({ baseUrl: event.target.value })}
              />
            )}
          </Field>
          <Field label="API prefix" error={problems[1]}>
            {(props) => (
              <Input
                {...props}
                placeholder="/api"
                value={prefix}
                onChange={(event) => change({ prefix: event.target.value })}
              />
            )}
          </Field>
        </div>
        {isForeign(baseUrl, location.origin) && (
          <Notice title="Both servers must allow this">
            Name the other server in{' '}
            <InlineCode>{IS_OF_PROXY ? 'studio.connect' : 'server.studio.connect'}</InlineCode> of
            this one, and name <InlineCode>{location.origin}</InlineCode> in{' '}
            <InlineCode>server.cors</InlineCode> of the other. Your headers are then sent to the
            other server.
          </Notice>
        )}
        {check.isSuccess && <Notice tone="success" title="The server answers." />}
        {check.error !== null && <Refusal error={check.error} />}
        <div className="flex flex-wrap justify-end gap-2">
          {!isAtHome && (
            <Button onClick={() => apply({ baseUrl: '', prefix: PAGE_PREFIX })}>
              Back to this server
            </Button>
          )}
          <Button type="submit">Use this server</Button>
        </div>
      </form>
    </Section>
  )
}
