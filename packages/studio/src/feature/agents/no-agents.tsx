import { useIdentity, useIsAllowed } from '../../api/use-identity.js'
import { InlineCode } from '../../ui/code.js'
import { Empty } from '../../ui/empty.js'

/** Says why the list is empty: the token lacks a permission, or the application has no agents. */
export function NoAgents() {
  const isAllowed = useIsAllowed()('agents:read')
  const { ignoredGrants = [] } = useIdentity() ?? {}
  const [ignored] = ignoredGrants
  if (isAllowed) return <Empty title="No agents to show">The application has no agents.</Empty>
  return (
    <Empty title="No agents to show">
      Your token does not grant <InlineCode>agents:read</InlineCode>.{' '}
      {ignored !== undefined && (
        <>
          It names <InlineCode>{ignored}</InlineCode>, which is not a role or a permission here and
          grants nothing.
        </>
      )}
    </Empty>
  )
}
