/** What invoking a function needs. */
export interface InvokeInput {
  /** The ARN. */
  readonly FunctionName: string;
  readonly InvocationType: "RequestResponse";
  readonly Payload: Uint8Array;
}

/** What Lambda answered. */
export interface InvokeOutput {
  readonly StatusCode?: number | undefined;
  readonly FunctionError?: string | undefined;
  readonly Payload?: Uint8Array | undefined;
}

/** The one operation of Lambda that is used: what a test puts in the place of AWS. */
export interface LambdaApi {
  invoke(input: InvokeInput, options: { readonly abortSignal: AbortSignal }): Promise<InvokeOutput>;
}
