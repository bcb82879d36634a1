export * from "../../records/fields.js";
