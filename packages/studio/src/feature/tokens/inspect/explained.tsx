import { Badge } from '../../../ui/badge.js'
import { Facts } from '../../../ui/facts.js'
import { Notice } from '../../../ui/notice.js'
import { RemedyText } from '../../../ui/remedy-text.js'
import { ExplainedSteps } from './explained-steps.js'
import type { Explanation } from './explanation.js'

function Words({ words, tone }: { readonly words: readonly string[]; readonly tone?: 'warning' }) {
  if (words.length === 0) return <span className="text-faint">none</span>
  return (
    <span className="flex flex-wrap gap-1">
      {words.map((word) => (
        <Badge key={word} isMono {...(tone && { tone })}>
          {word}
        </Badge>
      ))}
    </span>
  )
}

/** What the server says about a token, and the principal that it sees. */
export function Explained({ explanation }: { readonly explanation: Explanation }) {
  const { accepted, steps, code, reason, remedy, command, warnings, principal, by } = explanation
  return (
    <div className="flex flex-col gap-4">
      {accepted ? (
        <Notice tone="success" title="The server accepts this token." />
      ) : (
        <Notice tone="danger" title={reason ?? 'The server refuses this token.'}>
          {remedy !== null && <RemedyText remedy={remedy} command={command} />}
          {code !== null && <p className="mt-1 font-mono text-xs text-muted">{code}</p>}
        </Notice>
      )}
      {warnings.map((warning) => (
        <Notice key={warning.cause} tone="warning" title={warning.cause}>
          {warning.remedy !== null && (
            <RemedyText remedy={warning.remedy} command={warning.command} />
          )}
        </Notice>
      ))}
      <ExplainedSteps steps={steps} />
      {principal !== null && (
        <Facts
          facts={[
            { name: 'Subject', value: principal.subject },
            { name: 'Issuer', value: principal.issuer },
            { name: 'Owner', value: principal.resourceId },
            ...(principal.client === null ? [] : [{ name: 'Client', value: principal.client }]),
            ...(principal.actors.length === 0
              ? []
              : [{ name: 'Actors', value: principal.actors.join(', ') }]),
            { name: 'Roles', value: <Words words={principal.roles} /> },
            { name: 'Permissions', value: <Words words={principal.permissions} /> },
            ...(principal.ignored.length > 0
              ? [{ name: 'Ignored', value: <Words words={principal.ignored} tone="warning" /> }]
              : []),
          ]}
        />
      )}
      <p className="text-xs text-faint">
        Checked by <span className="font-mono">{by}</span>.
      </p>
    </div>
  )
}
