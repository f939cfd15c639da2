"""Turn a generated directory (Open Referral UK, a service a line) into a source folder.

  python3 source.py LOCALITIES.csv SERVICES.ndjson FOLDER

For benchmarks only: it takes what a record has a place for, and makes the needs that the services name.
"""
import csv
import json
import os
import sys


def site_of(location):
    address = location["addresses"][0]
    return {
        "id": location["id"],
        "name": location["name"],
        "address": {"lines": [address["address_1"]], "town": address["city"], "postcode": address["postal_code"]},
        "lat": round(location["latitude"] * 100000),
        "lon": round(location["longitude"] * 100000),
        "accessibility": [item["description"].replace("-", "_").replace(" ", "_") for item in location["accessibility"]],
    }


def organization_of(organization):
    sector = organization["legal_status"].lower().replace(" ", "_")
    return {
        "id": organization["id"],
        "name": organization["name"],
        "sector": sector,
        "url": organization["website"],
        "x_description": organization["description"],
    }


def service_of(service):
    free = service["fees_description"] == "Free"
    phones = [{"kind": "phone", "value": phone["number"]} for phone in service["phones"]]
    return {
        "id": service["id"],
        "name": service["name"],
        "organization": service["organization_id"],
        "kind": service["kind"],
        "status": "active" if service["status"] == "active" else "closed",
        "description": service["description"],
        "needs": [attribute["taxonomy_term"]["code"] for attribute in service["attributes"]],
        "areas": [area["extent"] for area in service["service_areas"]],
        "offers": service["offers"],
        "intensity": service["intensity"],
        "response": service["response"],
        "eligibility": dict(service["eligibility"], words=service["eligibility_description"]),
        "contacts": phones + [{"kind": "email", "value": service["email"]}, {"kind": "web", "value": service["url"]}],
        "hours": {
            "weekly": [
                {"days": hours["byday"].split(","), "opens": hours["opens_at"], "closes": hours["closes_at"]}
                for hours in service["schedules"]
            ]
        },
        "sites": [place["location"]["id"] for place in service["service_at_locations"]],
        "languages": [language["code"] for language in service["languages"]],
        "wait": {"current_weeks": int(service["wait_time"].split()[0])},
        "cost": {"free": True} if free else {"free": False, "text": service["fees_description"]},
        "referral": {"how": service["application_process"]},
        "assurance": {"verified_on": service["assured_date"], "source": service["assurer_email"]},
    }


def write(folder, kind, records):
    os.makedirs(os.path.join(folder, kind), exist_ok=True)
    with open(os.path.join(folder, kind, kind + ".jsonl"), "w", encoding="utf-8") as out:
        for _, record in sorted(records.items()):
            out.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")


def main():
    localities_path, services_path, folder = sys.argv[1:]
    services, organizations, sites, needs, localities = {}, {}, {}, {}, {}
    with open(localities_path, encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            localities[row["code"]] = {"id": row["code"], "name": row["name"], "kind": row["kind"]}
            if row["parent"]:
                localities[row["code"]]["parent"] = row["parent"]
    with open(services_path, encoding="utf-8") as lines:
        for line in lines:
            service = json.loads(line)
            services[service["id"]] = service_of(service)
            organizations[service["organization_id"]] = organization_of(service["organization"])
            for place in service["service_at_locations"]:
                sites[place["location"]["id"]] = site_of(place["location"])
            for attribute in service["attributes"]:
                term = attribute["taxonomy_term"]
                needs[term["code"]] = {"id": term["code"], "label": term["name"]}
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "directory.json"), "w", encoding="utf-8") as out:
        json.dump({"id": "generated", "title": "A generated directory", "publisher": "Nobody",
                   "languages": ["en"], "editions": ["public"]}, out)
    write(folder, "localities", localities)
    write(folder, "needs", needs)
    write(folder, "organizations", organizations)
    write(folder, "sites", sites)
    write(folder, "services", services)


main()
