import { requiredText, textMembers } from "./fields.ts";
import { definePayload, type Marked } from "./payload-definition.ts";
import type { PayloadSchema } from "./payload-schema.ts";

interface OnboardingFields {
  readonly email: string;
  /** Names and values are the user's own, and never renamed. */
  readonly payload: Readonly<Record<string, string>>;
}

const onboardingFields = () => ({ email: requiredText, payload: textMembers });

/** The payload of `ADDRESS_ONBOARDED`. */
export interface AddressOnboardedEventPayload extends OnboardingFields, Marked<"ADDRESS_ONBOARDED"> {}

export const addressOnboarded = definePayload<AddressOnboardedEventPayload>(
  "ADDRESS_ONBOARDED",
  onboardingFields(),
);
export const AddressOnboardedEventPayload: PayloadSchema<AddressOnboardedEventPayload> =
  addressOnboarded.schema;

/** The payload of `RELAY_INITIATED`. */
export interface RelayInitiatedEventPayload extends OnboardingFields, Marked<"RELAY_INITIATED"> {}

export const relayInitiated = definePayload<RelayInitiatedEventPayload>(
  "RELAY_INITIATED",
  onboardingFields(),
);
export const RelayInitiatedEventPayload: PayloadSchema<RelayInitiatedEventPayload> = relayInitiated.schema;

/** The payload of `RELAY_COMPLETED`. */
export interface RelayCompletedEventPayload extends OnboardingFields, Marked<"RELAY_COMPLETED"> {}

export const relayCompleted = definePayload<RelayCompletedEventPayload>(
  "RELAY_COMPLETED",
  onboardingFields(),
);
export const RelayCompletedEventPayload: PayloadSchema<RelayCompletedEventPayload> = relayCompleted.schema;

/** The payload of `RELAY_ONBOARDED`. */
export interface RelayOnboardedEventPayload extends OnboardingFields, Marked<"RELAY_ONBOARDED"> {}

export const relayOnboarded = definePayload<RelayOnboardedEventPayload>(
  "RELAY_ONBOARDED",
  onboardingFields(),
);
export const RelayOnboardedEventPayload: PayloadSchema<RelayOnboardedEventPayload> = relayOnboarded.schema;
