import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { requestJson } from '../../api/request.js'
import { Button } from '../../ui/button.js'
import { CodeText } from '../../ui/code-text.js'
import { Notice } from '../../ui/notice.js'
import { PageHeader } from '../../ui/page-header.js'
import { Page } from '../../ui/page.js'
import { Refusal } from '../../ui/refusal.js'
import { Skeleton } from '../../ui/skeleton.js'
import { Tabs } from '../../ui/tabs.js'
import { useCatalogue } from '../../scope/use-catalogue.js'
import type { AccessAnswer } from './access-answer.js'
import { QuestionForm } from './question-form.js'
import { accessQuery, describeQuestion, type Question } from './question.js'
import { RolesTable } from './roles-table.js'
import { RoutesPanel } from './routes-panel.js'
import { ThingsTable } from './things-table.js'
import { UnsupportedOptions } from './unsupported-options.js'

/** The page of who is allowed to do what with each route, agent and tool, and why. */
export function AccessPage() {
  const catalogue = useCatalogue()
  const [question, setQuestion] = useState<Question>({ kind: 'caller' })
  const [tab, setTab] = useState<'routes' | 'things' | 'roles'>('routes')
  const { data, error, refetch } = useQuery({
    queryKey: ['access', question],
    queryFn: ({ signal }) =>
      requestJson<AccessAnswer>({
        path: ['system', 'access'],
        query: accessQuery(question),
        signal,
      }),
    placeholderData: keepPreviousData,
  })
  return (
    <Page>
      <PageHeader
        title="Access"
        description="What you, a role or a list of scopes are allowed to do here, and why. The server answers by the check that every request passes."
      />
      {error && (
        <Refusal
          error={error}
          className="mb-4"
          actions={<Button onClick={() => void refetch()}>Try again</Button>}
        />
      )}
      {!error && data === undefined && <Skeleton label="Asking the server" lines={8} />}
      {data !== undefined && (
        <div className="flex flex-col gap-4">
          <UnsupportedOptions />
          <QuestionForm question={question} catalogue={catalogue} onChange={setQuestion} />
          {data.unknown.length > 0 && (
            <Notice tone="warning">
              <CodeText>{`Grants nothing here: \`${data.unknown.join('`, `')}\`.`}</CodeText>
            </Notice>
          )}
          <Tabs
            label={describeQuestion(question)}
            value={tab}
            onChange={setTab}
            tabs={[
              { name: 'routes', title: 'Routes', content: <RoutesPanel answer={data} /> },
              {
                name: 'things',
                title: 'Agents and tools',
                content: <ThingsTable answer={data} />,
              },
              { name: 'roles', title: 'Roles', content: <RolesTable roles={data.roles} /> },
            ]}
          />
        </div>
      )}
    </Page>
  )
}
