import type { LanguageModel } from 'ai'

/** A language model on an OpenAI-compatible HTTP server (Ollama, vLLM, llama.cpp, a gateway). */
export interface OpenAICompatibleModel {
  /** Base URL of the API up to and including its version, such as `http://127.0.0.1:11434/v1`. */
  readonly url: string
  /** The model's name on that server. */
  readonly id: string
  /** Sent as a bearer token. Default: no key is sent. */
  readonly apiKey?: string | undefined
}

/** What an agent's `model` option takes: an AI SDK model, `provider/model`, or an OpenAI-compatible server. */
export type ModelConfig = LanguageModel | OpenAICompatibleModel
