import { Field } from '../../ui/field.js'
import { Select } from '../../ui/select.js'
import type { Catalogue } from '../../scope/catalogue.js'
import { ScopePicker } from '../../scope/scope-picker.js'
import type { Question } from './question.js'

/** Lets the reader choose whose access is shown. */
export function QuestionForm({
  question,
  catalogue,
  onChange,
}: {
  readonly question: Question
  readonly catalogue: Catalogue
  readonly onChange: (question: Question) => void
}) {
  const value = question.kind === 'role' ? `role ${question.role}` : question.kind
  const pick = (text: string) => {
    if (text === 'caller') onChange({ kind: 'caller' })
    else if (text === 'scopes') {
      const role = question.kind === 'role' ? (catalogue.roles[question.role] ?? []) : []
      onChange({ kind: 'scopes', scopes: role })
    } else onChange({ kind: 'role', role: text.slice('role '.length) })
  }
  return (
    <div className="flex flex-col gap-3">
      <Field label="Access of" className="max-w-80">
        {(props) => (
          <Select
            {...props}
            className="w-full"
            value={value}
            onChange={({ target }) => pick(target.value)}
          >
            <option value="caller">You, with your token</option>
            <optgroup label="A role">
              {Object.keys(catalogue.roles).map((role) => (
                <option key={role} value={`role ${role}`}>
                  {role}
                </option>
              ))}
            </optgroup>
            <option value="scopes">Scopes you choose</option>
          </Select>
        )}
      </Field>
      {question.kind === 'scopes' && (
        <div className="max-w-2xl">
          <ScopePicker
            catalogue={catalogue}
            scopes={question.scopes}
            onChange={(scopes) => onChange({ kind: 'scopes', scopes })}
          />
        </div>
      )}
    </div>
  )
}
