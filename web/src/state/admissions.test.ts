import { describe, expect, it } from "vitest";
import { admissionNews, pushedSummary, takeAdmissions } from "./admissions";
import { admissionsMessage } from "./fixtures";

describe("what the feed tells of admissions", () => {
  it("is the newest summary, and that there is something new", () => {
    const before = admissionNews.value;
    takeAdmissions(admissionsMessage(3));
    takeAdmissions(admissionsMessage(4));
    expect(pushedSummary.value?.admissions).toBe(4);
    expect(admissionNews.value).toBe(before + 2);
  });
});
