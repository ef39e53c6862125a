// What a device does when it fails in the middle of a run.

import { UserError } from "../program/errors.js";

/** The device was lost, ran out of memory or refused a command: numbers read from now on mean nothing, those read before hold. */
export class DeviceFailure extends UserError {}
