package inspect

// qualifiers say, by data element, what the short codes mean that tell what
// kind of number, date, amount or list stands beside them.
var qualifiers = map[string]map[string]string{
	"66": {"XX": "national provider identifier", "MI": "member number", "PI": "payer number", "46": "electronic number", "FI": "tax number", "24": "employer number",
		"34": "social security number", "XV": "health plan identifier", "II": "unique health identifier", "MR": "Medicaid recipient number", "BD": "Blue Cross provider number",
		"BS": "Blue Shield provider number", "MC": "Medicaid provider number", "PC": "provider number at a commercial payer", "SV": "provider number at the payer", "UP": "UPIN", "C": "insured's changed number", "EI": "employer number", "AD": "Blue Cross plan number", "NI": "NAIC number", "BO": "broker number"},
	"128": {"PXC": "taxonomy", "EI": "employer (tax) number", "SY": "social security number", "0B": "state license", "1G": "UPIN", "G2": "payer's number for the provider", "LU": "location number", "2U": "payer number",
		"FY": "claim office number", "NF": "NAIC number", "Y4": "property and casualty claim number", "1W": "member number", "4N": "exception to the authorization", "F5": "Medicare crossover", "EW": "mammography certificate",
		"9F": "referral number", "G1": "prior authorization", "F8": "payer's claim number", "X4": "CLIA number", "F4": "referring CLIA number", "9A": "repriced claim number", "9C": "adjusted repriced claim number",
		"LX": "investigational device", "D9": "clearinghouse's claim number", "EA": "medical record number", "P4": "demonstration project", "1J": "care plan oversight", "G4": "peer review approval", "G3": "predetermination number",
		"T4": "signal for an adjusted claim", "6R": "line item control number", "9B": "repriced line number", "9D": "adjusted repriced line number", "BT": "immunization batch", "VY": "link sequence of a compound", "XZ": "prescription number",
		"1K": "payer's claim number", "BLT": "type of bill", "EJ": "patient control number", "FJ": "line item control number", "EV": "receiver number", "F2": "version of the code set", "TJ": "tax number", "PQ": "payee number", "CE": "class of contract",
		"IG": "insurance policy number", "SF": "other contract number", "1L": "group or policy number", "HPI": "national provider identifier", "28": "employee number", "6P": "group number", "BB": "authorization number", "0K": "policy form number", "RB": "rate code", "E9": "attachment code", "APC": "ambulatory payment class", "1S": "ambulatory patient group", "6O": "cross reference number", "1C": "Medicare number", "1D": "Medicaid number", "1B": "Blue Shield number", "1A": "Blue Cross number", "1H": "CHAMPUS number", "HD": "Medicaid provider number"},
	"374": {"472": "service", "434": "statement", "435": "admission", "096": "discharge", "439": "accident", "431": "onset", "454": "first treatment", "304": "last seen", "453": "acute manifestation", "484": "last menstrual period",
		"455": "last X-ray", "471": "prescription", "314": "disability", "360": "disability begins", "361": "disability ends", "297": "last worked", "296": "return to work", "090": "care taken over", "091": "care given up", "444": "first contact",
		"050": "received", "009": "processed", "573": "decided or paid", "607": "certification renewed", "463": "therapy begins", "461": "last certification", "738": "hemoglobin test", "739": "creatinine test", "011": "shipped", "452": "appliance placed",
		"441": "earlier placement", "139": "estimated placement", "446": "replacement", "196": "treatment begins", "198": "treatment ends", "405": "production", "232": "claim from", "233": "claim to", "150": "service from", "151": "service to", "036": "coverage ends", "106": "answer by", "102": "issued"},
	"1250": {"D8": "one day", "RD8": "from and to", "DT": "day and time", "TM": "time", "D6": "one day, short"},
	"1270": {"ABK": "first diagnosis, ICD-10", "ABF": "diagnosis, ICD-10", "ABJ": "admitting diagnosis, ICD-10", "APR": "reason for the visit, ICD-10", "ABN": "cause of injury, ICD-10", "BK": "first diagnosis, ICD-9", "BF": "diagnosis, ICD-9",
		"BJ": "admitting diagnosis, ICD-9", "PR": "reason for the visit, ICD-9", "BN": "cause of injury, ICD-9", "BBR": "first procedure, ICD-10-PCS", "BBQ": "procedure, ICD-10-PCS", "BR": "first procedure, ICD-9", "BQ": "procedure, ICD-9",
		"BP": "anesthesia, first surgery", "BO": "anesthesia, surgery", "BI": "occurrence span", "BH": "occurrence", "BE": "value", "BG": "condition", "TC": "treatment", "DR": "DRG", "HE": "remark", "LOI": "LOINC", "RX": "pharmacy reject", "JP": "tooth"},
	"522":  {"F5": "paid by the patient", "D": "paid by the payer", "A8": "not covered", "EAF": "left to the patient", "AU": "covered", "B6": "allowed", "T": "tax", "T2": "before taxes", "I": "interest", "DY": "per day", "F4": "postage", "GT": "goods and services tax", "N8": "miscellaneous taxes", "YU": "in process", "YY": "returned", "T3": "charge", "KH": "late filing reduction", "NE": "net billed", "ZK": "Medicare or Medicaid"},
	"673":  {"PT": "patients", "FL": "units", "90": "accepted", "AA": "refused", "QA": "accepted", "QC": "refused", "CA": "covered days", "NA": "non-covered days", "CD": "coinsured days", "LA": "lifetime reserve days", "OU": "outlier days", "PS": "prescription", "VS": "visits", "ZK": "Medicare or Medicaid", "ZL": "Medicare or Medicaid"},
	"355":  {"UN": "units", "MJ": "minutes", "DA": "days", "F2": "international units", "GR": "grams", "ME": "milligrams", "ML": "milliliters", "DH": "miles", "LB": "pounds", "MO": "months"},
	"365":  {"TE": "telephone", "EM": "e-mail", "FX": "fax", "EX": "extension", "UR": "web address", "ED": "access number"},
	"366":  {"IC": "for questions", "CX": "for payers' claims questions", "BL": "for technical questions", "ZZ": "as agreed"},
	"1221": {"BI": "billing", "PE": "performing", "AT": "attending", "PT": "pay-to", "RF": "referring", "OT": "other physician", "SU": "supervising"},
	"235":  {"HC": "HCPCS or CPT", "AD": "dental code", "HP": "HIPPS rate", "NU": "revenue code", "N4": "national drug code", "ER": "jurisdiction's code", "IV": "home infusion code", "WK": "complementary medicine code", "N6": "supply number", "UP": "consumer package", "UK": "universal code"},
	"481":  {"1": "ours of this transaction", "2": "of the transaction that is answered"},
	"1332": {"A": "bill type list", "B": "place of service list"},
}
